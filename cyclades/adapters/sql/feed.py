"""The feed in SQL.

A sequence gives numbers in the order of inserts; transactions commit in another. Readers go
by (transaction, number), and only as far as no transaction still runs: what commits late comes
later in that order, never before something that was read.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.types import BigInteger, Text

from cyclades.adapters.sql.schema.feed import feed, feed_horizon
from cyclades.adapters.sql.upserts import UPSERTS
from cyclades.domain.model.events import Changed
from cyclades.domain.model.feed import START, FeedEntry, FeedPage, Position
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed, FeedReader

THE_ROW = 1


def _number(xid8: Any) -> ColumnElement[int]:
    return cast(cast(xid8, Text), BigInteger)


# PostgreSQL's pg_current_xact_id() is 64 bits wide and never comes round; below the xmin of a
# snapshot every transaction has ended. SQLite has one writer: there the number alone is right.
OWN: Mapping[str, ColumnElement[int]] = {
    "postgresql": _number(func.pg_current_xact_id()),
    "sqlite": literal(0),
}
OLDEST_RUNNING: Mapping[str, ColumnElement[int] | None] = {
    "postgresql": _number(func.pg_snapshot_xmin(func.pg_current_snapshot())),
    "sqlite": None,
}
row_place = tuple_(feed.c.xact, feed.c.seq)


def _settled(dialect: str, column: ColumnElement[int]) -> ColumnElement[bool]:
    oldest = OLDEST_RUNNING[dialect]
    return true() if oldest is None else column < oldest


def _each(make: Callable[[str], Any]) -> Mapping[str, Any]:
    return {dialect: make(dialect) for dialect in OWN}


PUBLISH = _each(
    lambda dialect: insert(feed).values(
        kind=bindparam("kind"),
        object_id=bindparam("object_id"),
        version=bindparam("version"),
        project_id=bindparam("project_id"),
        public=bindparam("public"),
        created=bindparam("created"),
        xact=OWN[dialect],
    )
)
AFTER = _each(
    lambda dialect: (
        select(feed)
        .where(
            row_place > tuple_(bindparam("xact"), bindparam("seq")), _settled(dialect, feed.c.xact)
        )
        .order_by(feed.c.xact, feed.c.seq)
        .limit(bindparam("limit"))
    )
)
NEWEST = _each(
    lambda dialect: (
        select(feed.c.xact, feed.c.seq)
        .where(_settled(dialect, feed.c.xact))
        .order_by(feed.c.xact.desc(), feed.c.seq.desc())
        .limit(1)
    )
)
# A database that was restored into another server may know transactions of a number that this
# server has not reached: such a horizon says nothing here.
HORIZON = _each(
    lambda dialect: select(feed_horizon.c.xact, feed_horizon.c.seq).where(
        _settled(dialect, feed_horizon.c.xact)
    )
)
OLD = (
    select(feed.c.seq)
    .where(feed.c.created < bindparam("before"))
    .order_by(feed.c.created)
    .limit(bindparam("limit"))
)
FORGET = _each(
    lambda dialect: (
        delete(feed)
        .where(feed.c.seq.in_(OLD))
        .returning(feed.c.xact, feed.c.seq, _settled(dialect, feed.c.xact).label("settled"))
    )
)


class SqlFeed(Feed):
    """One row an event."""

    def __init__(self, connection: Connection, clock: Clock, tell: Callable[[], None]) -> None:
        """Work in this connection's transaction; `tell` is called with each event."""
        self._connection = connection
        self._clock = clock
        self._tell = tell

    def publish(self, event: Changed) -> None:
        """Insert."""
        self._connection.execute(
            PUBLISH[self._connection.dialect.name],
            {
                "kind": event.kind,
                "object_id": event.object_id,
                "version": event.version,
                "project_id": event.project_id,
                "public": event.public,
                "created": self._clock.now(),
            },
        )
        self._tell()


class SqlFeedReader(FeedReader):
    """Reads what is committed; `forget` wants a transaction."""

    def __init__(self, connection: Connection) -> None:
        """On a connection whose every statement sees what is committed."""
        self._connection = connection
        self._dialect = connection.dialect.name

    def after(self, position: Position, limit: int) -> FeedPage:
        """Entries first, horizon second: what is dropped between the two is noticed."""
        values = {"xact": position.xact, "seq": position.seq, "limit": limit}
        rows = self._connection.execute(AFTER[self._dialect], values).all()
        return FeedPage(tuple(_entry(row) for row in rows), self._horizon())

    def newest(self) -> Position:
        """The last row, or what was the last row."""
        row = self._connection.execute(NEWEST[self._dialect]).one_or_none()
        return Position(row.xact, row.seq) if row else self._horizon()

    def forget(self, before: datetime, limit: int) -> int:
        """Delete by age, and move the horizon."""
        values = {"before": before, "limit": limit}
        rows = self._connection.execute(FORGET[self._dialect], values).all()
        gone = max([Position(row.xact, row.seq) for row in rows if row.settled], default=START)
        if gone > START:
            self._move_horizon(gone)
        return len(rows)

    def _move_horizon(self, gone: Position) -> None:
        known = tuple_(feed_horizon.c.xact, feed_horizon.c.seq)
        further = known < tuple_(gone.xact, gone.seq)
        place = {"xact": gone.xact, "seq": gone.seq}
        make = UPSERTS[self._dialect](feed_horizon).values(id=THE_ROW, **place)
        self._connection.execute(
            make.on_conflict_do_update(
                index_elements=["id"],
                set_=place,
                where=or_(further, not_(_settled(self._dialect, feed_horizon.c.xact))),
            )
        )

    def _horizon(self) -> Position:
        row = self._connection.execute(HORIZON[self._dialect]).one_or_none()
        return Position(row.xact, row.seq) if row else START


def _entry(row: Row[Any]) -> FeedEntry:
    event = Changed(row.kind, row.object_id, row.version, row.project_id, public=row.public)
    return FeedEntry(Position(row.xact, row.seq), event)
