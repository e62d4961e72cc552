"""The machine's clock."""

import time
from datetime import UTC, datetime

from cyclades.ports.clock import Clock


class SystemClock(Clock):
    """Real time."""

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
