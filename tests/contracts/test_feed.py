"""What any Feed and any FeedReader do."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, delete, insert, text

from cyclades.adapters.sql.engine import reading
from cyclades.adapters.sql.feed import SqlFeed, SqlFeedReader
from cyclades.adapters.sql.schema.feed import feed as rows
from cyclades.adapters.sql.schema.feed import feed_horizon
from cyclades.domain.model.events import Changed
from cyclades.domain.model.feed import START, FeedEntry, Position
from tests.adapters.simulated.hand_clock import HandClock

EVENT = Changed("server", "s1", 1, "p1")
NOBODY_S = Changed("flavor", "f" * 255, 0, None, public=True)


@pytest.fixture(autouse=True)
def _empty(engine: Engine) -> Iterator[None]:
    yield
    with engine.begin() as connection:
        connection.execute(delete(rows))
        connection.execute(delete(feed_horizon))


@pytest.fixture
def reader(engine: Engine) -> Iterator[SqlFeedReader]:
    with reading(engine).connect() as connection:
        yield SqlFeedReader(connection)


def publish(connection: Connection, *events: Changed, clock: HandClock | None = None) -> None:
    feed = SqlFeed(connection, clock or HandClock(), lambda: None)
    for event in events:
        feed.publish(event)


def committed(engine: Engine, *events: Changed, clock: HandClock | None = None) -> None:
    with engine.begin() as connection:
        publish(connection, *events, clock=clock)


def numbered(*numbers: int) -> list[Changed]:
    return [Changed("server", f"s{number}", number, "p1") for number in numbers]


def events(entries: tuple[FeedEntry, ...]) -> list[Changed]:
    return [entry.event for entry in entries]


def test_events_come_as_they_were_published(engine: Engine, reader: SqlFeedReader) -> None:
    committed(engine, EVENT, NOBODY_S)
    committed(engine, *numbered(2, 3))
    page = reader.after(START, 100)
    assert events(page.entries) == [EVENT, NOBODY_S, *numbered(2, 3)]
    places = [entry.position for entry in page.entries]
    assert places == sorted(set(places))
    assert places[-1] == reader.newest()


def test_a_page_ends_and_the_next_goes_on(engine: Engine, reader: SqlFeedReader) -> None:
    for number in range(7):
        committed(engine, *numbered(number))
    seen: list[Changed] = []
    position = START
    while page := reader.after(position, 3).entries:
        assert len(page) <= 3
        seen += events(page)
        position = page[-1].position
    assert seen == numbered(*range(7))


def test_an_event_exists_exactly_if_its_transaction_commits(
    engine: Engine, reader: SqlFeedReader
) -> None:
    with engine.connect() as connection:
        publish(connection, EVENT)
        assert reader.after(START, 10).entries == ()
        connection.rollback()
    assert reader.after(START, 10).entries == ()
    assert reader.newest() == START
    committed(engine, EVENT)
    assert events(reader.after(START, 10).entries) == [EVENT]


def test_publishing_tells(engine: Engine) -> None:
    told: list[int] = []
    with engine.connect() as connection:
        SqlFeed(connection, HandClock(), lambda: told.append(1)).publish(EVENT)
    assert told == [1]


@pytest.mark.real_postgres
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_what_commits_late_is_not_skipped(engine: Engine, reader: SqlFeedReader) -> None:
    """The one that began first commits last: its event has the lower number."""
    slow, quick, later = numbered(1, 2, 3)
    with engine.connect() as first:
        publish(first, slow)
        committed(engine, quick)
        assert reader.after(START, 10).entries == ()
        assert reader.newest() == START
        # Subtransactions are the same transaction.
        with first.begin_nested():
            publish(first, later)
        first.commit()
    assert events(reader.after(START, 10).entries) == [slow, later, quick]


def test_nothing_is_ever_missed_or_seen_twice(engine: Engine, reader: SqlFeedReader) -> None:
    """Several write while one reads on from where it was."""

    def write(writer: int) -> None:
        for number in range(20):
            first, second = numbered(writer * 1000 + number, writer * 1000 + number + 500)
            with engine.begin() as connection:
                publish(connection, first)
                if engine.dialect.name == "postgresql":
                    connection.execute(text(f"SELECT pg_sleep({0.001 * ((number * writer) % 5)})"))
                publish(connection, second)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(1, 5)]
    for thread in writers:
        thread.start()
    seen: list[str] = []
    position = START
    while any(thread.is_alive() for thread in writers) or reader.after(position, 1).entries:
        for entry in reader.after(position, 3).entries:
            assert entry.position > position
            position = entry.position
            seen.append(entry.event.object_id)
    assert len(seen) == len(set(seen)) == 4 * 20 * 2


def test_what_is_old_is_forgotten_in_pieces(engine: Engine, reader: SqlFeedReader) -> None:
    clock = HandClock()
    committed(engine, *numbered(1, 2, 3), clock=clock)
    old = reader.newest()
    before = clock.now() + timedelta(seconds=1)
    clock.passed += 2
    committed(engine, *numbered(4), clock=clock)
    assert reader.after(START, 10).horizon == START
    for count in (2, 1, 0):
        with engine.begin() as connection:
            assert SqlFeedReader(connection).forget(before, 2) == count
    page = reader.after(START, 10)
    assert events(page.entries) == numbered(4)
    assert page.horizon == old
    assert reader.newest() == page.entries[0].position


def test_the_newest_position_outlives_its_event(engine: Engine, reader: SqlFeedReader) -> None:
    committed(engine, *numbered(1, 2))
    newest = reader.newest()
    with engine.begin() as connection:
        SqlFeedReader(connection).forget(HandClock().now() + timedelta(days=1), 10)
    assert reader.newest() == newest
    committed(engine, *numbered(3))
    assert events(reader.after(newest, 10).entries) == numbered(3)


@pytest.mark.real_postgres
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_restored_database_goes_on(engine: Engine, reader: SqlFeedReader) -> None:
    """Its rows may name transactions that this server is far from having had."""
    far = 2**50
    with engine.begin() as connection:
        clock = HandClock()
        values = {"kind": "server", "version": 1, "project_id": "p1", "xact": far}
        old = {"object_id": "old", "created": clock.now() - timedelta(days=2)}
        connection.execute(insert(rows), values | old)
        connection.execute(insert(feed_horizon), {"id": 1, "xact": far, "seq": 1})
    assert reader.newest() == START
    committed(engine, EVENT, clock=clock)
    page = reader.after(START, 10)
    assert (events(page.entries), page.horizon) == ([EVENT], START)
    with engine.begin() as connection:
        assert SqlFeedReader(connection).forget(clock.now() + timedelta(seconds=1), 10) == 2
    assert reader.newest() == page.entries[0].position > Position()
