"""Reading the feed: its rows, and who may."""

from functools import cached_property

from cyclades.adapters.sql.feed import SqlFeedReader
from cyclades.adapters.sql.feed_tickets import SqlFeedTickets
from cyclades.bootstrap.unit_base import UnitBase
from cyclades.domain.services.feed_tickets import FeedAdmission


class FeedUnit(UnitBase):
    """What readers of the feed need."""

    @cached_property
    def feed_reader(self) -> SqlFeedReader:
        """Events in their order."""
        return SqlFeedReader(self.connection)

    @cached_property
    def feed_tickets(self) -> SqlFeedTickets:
        """Tickets that nobody used yet."""
        return SqlFeedTickets(self.connection)

    @cached_property
    def feed_admission(self) -> FeedAdmission:
        """How streams are opened."""
        return FeedAdmission(
            self.feed_tickets, self.app.clock, self.app.ids, self.app.settings.feed_ticket_ttl
        )
