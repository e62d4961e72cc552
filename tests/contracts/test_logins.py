"""Attempts to log in: contract of ports/logins.py."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cyclades.adapters.sql.engine import make_engine
from cyclades.adapters.sql.identity_store import SqlRecords
from cyclades.adapters.sql.logins import SqlLoginRecords
from cyclades.adapters.sql.schema.identity import users
from cyclades.domain.model.user import User
from cyclades.ports.clock import Clock
from cyclades.ports.logins import LoginRecords

ALLOWED = 3
WINDOW = 60


class HandClock(Clock):
    """Moves when told."""

    moment = datetime(2030, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def two(database_url: str, clock: HandClock) -> Iterator[tuple[LoginRecords, LoginRecords]]:
    """The same records, as two processes see them."""
    engines = [make_engine(database_url), make_engine(database_url)]
    one, other = (SqlLoginRecords(engine, clock, ALLOWED, WINDOW) for engine in engines)
    yield one, other
    for engine in engines:
        engine.dispose()


def test_too_many_failures_have_to_wait(
    two: tuple[LoginRecords, LoginRecords], clock: HandClock
) -> None:
    for number in range(ALLOWED):
        assert two[1].wait_for("ann", "10.0.0.1") == 0
        two[number % 2].failed("ann", "10.0.0.1")
    assert two[0].wait_for("ann", "10.0.0.1") == WINDOW
    assert two[1].wait_for("ann", "10.0.0.1") == WINDOW
    assert two[1].wait_for("ann", "10.0.0.2") == 0
    assert two[1].wait_for("bob", "10.0.0.1") == 0
    clock.sleep(WINDOW - 1)
    assert two[0].wait_for("ann", "10.0.0.1") == 1
    clock.sleep(1)
    assert two[0].wait_for("ann", "10.0.0.1") == 0
    two[0].failed("ann", "10.0.0.1")
    assert two[0].wait_for("ann", "10.0.0.1") == 0


def test_a_hash_is_replaced_only_while_it_is_the_old_one(
    database_url: str, clock: HandClock
) -> None:
    engine = make_engine(database_url)
    records = SqlLoginRecords(engine, clock, ALLOWED, WINDOW)
    with engine.begin() as connection:
        SqlRecords(connection, users, User, "user").add(User("u", "ann", "default", "old"))
    for old, new, kept in (("other", "new", "old"), ("old", "new", "new")):
        records.rehash("u", old, new)
        with engine.connect() as connection:
            store = SqlRecords(connection, users, User, "user")
            assert store.get("u").password_hash == kept
    engine.dispose()
