"""What any Feed does."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from cyclades.adapters.sql.feed import SqlFeed
from cyclades.adapters.sql.schema.feed import feed as rows
from cyclades.domain.model.events import Changed
from tests.adapters.simulated.hand_clock import HandClock

EVENT = Changed("server", "s1", 1, "p1")


def published(connection: Connection) -> Sequence[Changed]:
    columns = (rows.c.kind, rows.c.object_id, rows.c.version, rows.c.project_id)
    found = connection.execute(select(*columns).order_by(rows.c.seq))
    return [Changed(*row) for row in found]


def test_events_keep_their_order(engine: Engine) -> None:
    events = [EVENT, Changed("cluster", "c1", 1, None), Changed("server", "s1", 2, "p1")]
    with engine.connect() as connection:
        for event in events:
            SqlFeed(connection, HandClock()).publish(event)
        assert published(connection) == events


def test_an_event_exists_exactly_if_its_transaction_commits(engine: Engine) -> None:
    with engine.connect() as connection:
        SqlFeed(connection, HandClock()).publish(EVENT)
        assert published(connection) == [EVENT]
        connection.rollback()
        assert published(connection) == []
