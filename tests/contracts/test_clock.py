"""What any Clock does."""

from datetime import UTC, timedelta

import pytest

from cyclades.adapters.system.clock import SystemClock
from cyclades.ports.clock import Clock
from tests.adapters.simulated.hand_clock import HandClock


@pytest.fixture(params=[SystemClock, HandClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


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
