"""Leases: who does what only one at a time should do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Leases(Protocol):
    """A convenience, never a proof: who holds one may have been asleep since."""

    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Become (or stay) the holder; False while somebody else is."""
        ...

    def held(self, names: Sequence[str], now: datetime) -> set[str]:
        """Those that somebody holds."""
        ...

    def give_up(self, name: str, holder: str) -> None:
        """Let others have it at once; nothing when somebody else is the holder."""
        ...
