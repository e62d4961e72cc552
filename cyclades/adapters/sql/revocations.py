"""Revocations in SQL, numbered in the order of their commits."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import Connection, Engine, delete, insert, select

from cyclades.adapters.sql.schema.tokens import revocation_counter, revocations
from cyclades.adapters.sql.upserts import UPSERTS
from cyclades.domain.model.token import Revocation, RevocationKey
from cyclades.ports.clock import Clock
from cyclades.ports.identity_store import Revocations
from cyclades.ports.tokens import RevocationLog

CLOCKS_DIFFER = timedelta(hours=1)  # by how much, at the very most


class SqlRevocations(Revocations):
    """Written in the transaction that makes them."""

    def __init__(
        self, connection: Connection, clock: Clock, token_life: float, tell: Callable[[], None]
    ) -> None:
        """Tokens live `token_life` seconds; `tell` is called when something is revoked."""
        self._connection = connection
        self._clock = clock
        self._life = timedelta(seconds=token_life)
        self._tell = tell

    def epoch(self) -> int:
        """Read the counter."""
        return self._connection.execute(select(revocation_counter.c.seq)).scalar() or 0

    def add(self, keys: Sequence[RevocationKey]) -> None:
        """Take numbers (and the counter's lock), insert, forget the old."""
        if not keys:
            return
        now = self._clock.now()
        top = self._take(len(keys))
        first = top - len(keys) + 1
        self._connection.execute(
            insert(revocations),
            [
                {"seq": first + index, "kind": kind, "subject": subject, "created": now}
                for index, (kind, subject) in enumerate(keys)
            ],
        )
        oldest = now - self._life - CLOCKS_DIFFER
        self._connection.execute(delete(revocations).where(revocations.c.created < oldest))
        self._tell()

    def _take(self, count: int) -> int:
        counter = revocation_counter.c.seq
        make = UPSERTS[self._connection.dialect.name](revocation_counter)
        counted = make.values(id=1, seq=count).on_conflict_do_update(
            index_elements=["id"], set_={"seq": counter + count}
        )
        top: int = self._connection.execute(counted.returning(counter)).scalar_one()
        return top


class SqlRevocationLog(RevocationLog):
    """Read outside any transaction."""

    def __init__(self, engine: Engine) -> None:
        """An engine whose connections commit by themselves."""
        self._engine = engine

    def after(self, seq: int) -> tuple[int, Sequence[Revocation]]:
        """The counter, joined with what is new."""
        newer = revocations.c.seq > seq
        query = select(
            revocation_counter.c.seq.label("top"),
            revocations.c.seq,
            revocations.c.kind,
            revocations.c.subject,
        ).select_from(revocation_counter.outerjoin(revocations, newer))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(revocations.c.seq)).all()
        if not rows:
            return 0, ()
        return rows[0].top, [
            Revocation(row.seq, row.kind, row.subject) for row in rows if row.seq is not None
        ]
