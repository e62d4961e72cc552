"""Wake-up hints between processes or threads: fast when they arrive, never needed."""

from typing import Protocol


class Queue(Protocol):
    """Topics are names of workers ("effects", "poller")."""

    def wake(self, topic: str) -> None:
        """There may be something to do."""
        ...

    def wait(self, topic: str, seen: int, timeout: float) -> int:
        """Wait until woken more often than `seen` times, or `timeout` seconds; the count now."""
        ...
