"""The feed of changes: written in the transaction that makes them, read in their order."""

from datetime import datetime
from typing import Protocol

from cyclades.domain.model.events import Changed
from cyclades.domain.model.feed import FeedPage, Position


class Feed(Protocol):
    """Append-only."""

    def publish(self, event: Changed) -> None:
        """Add the event; it exists exactly if this transaction commits."""
        ...


class FeedReader(Protocol):
    """Events in an order in which none ever appears before one that was read already."""

    def after(self, position: Position, limit: int) -> FeedPage:
        """Up to `limit` events after the position, oldest first.

        An event of a transaction is shown once all older transactions have ended.
        """
        ...

    def newest(self) -> Position:
        """The position of the last event that `after` would show; START when there was none."""
        ...

    def forget(self, before: datetime, limit: int) -> int:
        """Drop up to `limit` events that were published before this time; how many."""
        ...
