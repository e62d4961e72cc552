"""Time, as a port: the domain never looks at a clock by itself."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall clock for what people read; never used to order events."""

    def now(self) -> datetime:
        """The time in UTC, aware, with microseconds."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
