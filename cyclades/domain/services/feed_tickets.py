"""Tickets to the feed: asked for with a token, redeemed once, instead of it."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from cyclades.domain.model.errors import Unauthenticated
from cyclades.domain.model.feed import FeedTicket
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.sharing import reach_of
from cyclades.ports.clock import Clock
from cyclades.ports.feed_tickets import FeedTickets
from cyclades.ports.ids import Ids

REFUSED = "The ticket is unknown, was used already, or has expired."


@dataclass(frozen=True, slots=True)
class FeedAdmission:
    """`ttl`: seconds in which a ticket must be used."""

    tickets: FeedTickets
    clock: Clock
    ids: Ids
    ttl: float

    def issue(self, caller: Caller) -> tuple[str, FeedTicket]:
        """What opens one stream (a secret of 256 bits), and what it stands for."""
        secret = self.ids.token()
        expires = self.clock.now() + timedelta(seconds=self.ttl)
        ticket = FeedTicket(caller.user_id, reach_of(caller), expires, caller.expires)
        self.tickets.issue(digest(secret), ticket)
        return secret, ticket

    def redeem(self, secret: str) -> FeedTicket:
        """Use a ticket up. Raises Unauthenticated."""
        ticket = self.tickets.redeem(digest(secret))
        now = self.clock.now()
        if ticket is None or ticket.expires < now or (ticket.until or ticket.expires) < now:
            raise Unauthenticated(REFUSED)
        return ticket


def digest(secret: str) -> str:
    """SHA-256 in hex: a ticket has enough chance in it to need no more."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
