"""What any Queue does."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cyclades.adapters.system.queue import InProcessQueue
from cyclades.ports.queue import Queue

LONG = 30.0  # a test that waits this long has failed


@pytest.fixture
def queue() -> Queue:
    return InProcessQueue()


def test_nobody_wakes_and_the_wait_ends_by_itself(queue: Queue) -> None:
    assert queue.wait("effects", 0, 0.01) == 0


def test_a_wake_before_the_wait_is_not_lost(queue: Queue) -> None:
    queue.wake("effects")
    assert queue.wait("effects", 0, LONG) == 1


def test_a_wake_ends_the_wait_of_all_who_wait(queue: Queue) -> None:
    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(queue.wait, "effects", 0, LONG) for _ in range(3)]
        queue.wake("effects")
        assert [wait.result() >= 1 for wait in waiting] == [True] * 3


def test_topics_do_not_wake_each_other(queue: Queue) -> None:
    queue.wake("poller")
    assert queue.wait("effects", 0, 0.01) == 0


def test_who_has_seen_it_waits_for_the_next(queue: Queue) -> None:
    queue.wake("effects")
    seen = queue.wait("effects", 0, LONG)
    assert queue.wait("effects", seen, 0.01) == seen
    queue.wake("effects")
    queue.wake("effects")
    assert queue.wait("effects", seen, LONG) == seen + 2
