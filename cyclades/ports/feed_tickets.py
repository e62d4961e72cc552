"""Tickets to the feed, as a port: each opens one stream."""

from datetime import datetime
from typing import Protocol

from cyclades.domain.model.feed import FeedTicket


class FeedTickets(Protocol):
    """Known by a digest: what would open a stream is not stored."""

    def issue(self, digest: str, ticket: FeedTicket) -> None:
        """Keep it until it is redeemed or forgotten."""
        ...

    def redeem(self, digest: str) -> FeedTicket | None:
        """Take it away, also when it has expired; of several who try, one gets it."""
        ...

    def forget(self, before: datetime) -> None:
        """Drop those that expired before this time."""
        ...
