"""In-process wake-ups between the API and workers of the same process."""

import threading

from cyclades.ports.queue import Queue


class InProcessQueue(Queue):
    """An event a topic; a lost wake-up only costs the worker's own interval."""

    def __init__(self) -> None:
        """No topic has been woken."""
        self._condition = threading.Condition()
        self._woken: dict[str, int] = {}

    def wake(self, topic: str) -> None:
        """Count up and tell."""
        with self._condition:
            self._woken[topic] = self._woken.get(topic, 0) + 1
            self._condition.notify_all()

    def wait(self, topic: str, seen: int, timeout: float) -> int:
        """Wait for the count to pass `seen`."""
        with self._condition:
            self._condition.wait_for(lambda: self._woken.get(topic, 0) > seen, timeout)
            return self._woken.get(topic, 0)


def make() -> InProcessQueue:
    """Entry point `inprocess` of group `cyclades.queue`."""
    return InProcessQueue()
