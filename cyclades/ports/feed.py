"""The feed of changes, written in the transaction that makes them."""

from typing import Protocol

from cyclades.domain.model.events import Changed


class Feed(Protocol):
    """Append-only."""

    def publish(self, event: Changed) -> None:
        """Add the event; it exists exactly if this transaction commits."""
        ...
