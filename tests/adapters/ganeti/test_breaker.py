"""The circuit breaker, on a clock that moves when told to."""

import pytest

from cyclades.adapters.ganeti.breaker import Breaker
from cyclades.adapters.ganeti.errors import AnswerLost, NotKnown, QueueClosed
from cyclades.adapters.system.clock import SystemClock
from cyclades.ports.cluster_driver import (
    AuthenticationFailed,
    ClusterUnavailable,
    IdentityMismatch,
)


class HandClock(SystemClock):
    passed = 1000.0

    def monotonic(self) -> float:
        return self.passed


class Line:
    """A line to a cluster, and how often it was really used."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.breaker = Breaker(self.clock, threshold=3, delay=10.0, locked_out=60.0)
        self.used = 0

    def use(self, error: Exception | None = None) -> None:
        with self.breaker.guard():
            self.used += 1
            if error:
                raise error

    def fail(self, error: Exception, times: int = 1) -> None:
        for _ in range(times):
            with pytest.raises(type(error)):
                self.use(error)


@pytest.fixture
def line() -> Line:
    return Line()


def test_it_opens_after_failures_in_a_row(line: Line) -> None:
    line.fail(ClusterUnavailable(), 2)
    line.use()
    line.fail(ClusterUnavailable(), 3)
    with pytest.raises(ClusterUnavailable):
        line.use()
    assert line.used == 6


def test_after_a_while_one_call_may_try(line: Line) -> None:
    line.fail(ClusterUnavailable(), 3)
    line.clock.passed += 10
    line.fail(ClusterUnavailable())
    line.clock.passed += 9
    with pytest.raises(ClusterUnavailable):
        line.use()
    line.clock.passed += 1
    line.use()
    line.use()
    assert line.used == 6


def test_only_one_tries(line: Line) -> None:
    line.fail(ClusterUnavailable(), 3)
    line.clock.passed += 10
    with line.breaker.guard(), pytest.raises(ClusterUnavailable):
        line.use()
    line.use()


def test_refused_credentials_open_it_at_once_and_for_long(line: Line) -> None:
    line.fail(AuthenticationFailed())
    line.clock.passed += 59
    with pytest.raises(AuthenticationFailed):
        line.use()
    line.clock.passed += 1
    line.use()


def test_while_it_is_open_nothing_was_sent(line: Line) -> None:
    """Whoever is refused a call then need not fear that it arrived."""
    line.fail(AnswerLost("No answer from the cluster."), 3)
    with pytest.raises(ClusterUnavailable, match="No answer") as caught:
        line.use()
    assert type(caught.value) is ClusterUnavailable


@pytest.mark.parametrize("kind", [AuthenticationFailed, IdentityMismatch])
def test_while_it_is_open_it_says_why(line: Line, kind: type[ClusterUnavailable]) -> None:
    line.fail(kind("Not us."), 3 if kind is IdentityMismatch else 1)
    with pytest.raises(kind, match="Not us"):
        line.use()


@pytest.mark.parametrize("answer", [NotKnown(), QueueClosed()])
def test_answers_are_not_failures(line: Line, answer: Exception) -> None:
    line.fail(answer, 10)
    line.use()
    assert line.used == 11


def test_anything_else_is_a_failure(line: Line) -> None:
    line.fail(RuntimeError(), 3)
    with pytest.raises(ClusterUnavailable):
        line.use()
