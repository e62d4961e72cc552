"""Tickets to the feed in SQL."""

from datetime import datetime

import orjson
from sqlalchemy import Connection, bindparam, delete, insert

from cyclades.adapters.sql.schema.feed import feed_tickets
from cyclades.domain.model.feed import FeedTicket, as_values, ticket_from
from cyclades.ports.feed_tickets import FeedTickets

REDEEM = (
    delete(feed_tickets)
    .where(feed_tickets.c.digest == bindparam("digest"))
    .returning(feed_tickets.c.caller, feed_tickets.c.expires)
)


class SqlFeedTickets(FeedTickets):
    """One row a ticket."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def issue(self, digest: str, ticket: FeedTicket) -> None:
        """Insert."""
        caller = orjson.dumps(as_values(ticket)).decode()
        self._connection.execute(
            insert(feed_tickets), {"digest": digest, "caller": caller, "expires": ticket.expires}
        )

    def redeem(self, digest: str) -> FeedTicket | None:
        """Delete, returning: the row's lock decides between several."""
        row = self._connection.execute(REDEEM, {"digest": digest}).one_or_none()
        return ticket_from(orjson.loads(row.caller), row.expires) if row else None

    def forget(self, before: datetime) -> None:
        """Delete what nobody came for."""
        self._connection.execute(delete(feed_tickets).where(feed_tickets.c.expires < before))
