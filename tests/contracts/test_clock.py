"""What any Clock does."""

from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest

from cyclades.adapters.sql.clock import DatabaseClock
from cyclades.adapters.sql.engine import make_engine
from cyclades.adapters.system.clock import SystemClock
from cyclades.ports.clock import Clock
from tests.adapters.simulated.hand_clock import HandClock


def system() -> Iterator[Clock]:
    yield SystemClock()


def hand() -> Iterator[Clock]:
    yield HandClock()


def database(url: str) -> Iterator[Clock]:
    engine = make_engine(url)
    yield DatabaseClock(engine)
    engine.dispose()


@pytest.fixture(
    params=["system", "hand", pytest.param("database", marks=pytest.mark.real_postgres)]
)
def clock(request: pytest.FixtureRequest) -> Iterator[Clock]:
    if request.param == "database":
        yield from database(request.getfixturevalue("postgres_database_url"))
    else:
        yield from {"system": system, "hand": hand}[request.param]()


def test_the_time_is_aware_and_in_utc(clock: Clock) -> None:
    assert clock.now().tzinfo is UTC


def test_sleeping_takes_its_time(clock: Clock) -> None:
    started, wall = clock.monotonic(), clock.now()
    clock.sleep(0.02)
    assert clock.monotonic() - started >= 0.02
    assert clock.now() - wall < timedelta(hours=1)


def test_it_never_goes_back(clock: Clock) -> None:
    moments = [clock.monotonic() for _ in range(100)]
    assert moments == sorted(moments)
