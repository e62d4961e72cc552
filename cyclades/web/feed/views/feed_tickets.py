"""/feed/tickets: what opens a stream of /feed, where no header can carry a token."""

from typing import Any
from urllib.parse import urlencode

from cyclades.web.rendering import iso
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

feed_tickets = Resource("feed-tickets", "/feed/tickets")


@feed_tickets.on("POST", access=Access.USER, status=201)
def create_feed_ticket(request: CycladesRequest) -> Any:
    """Ask for a ticket: it opens one stream of GET `/feed?ticket=...`, soon, and once.

    The stream is of server-sent events. It tells the kind, id and version of everything
    that changes and that this token's project may see; the API tells the rest.
    """
    secret, ticket = request.cyclades.feed_admission.issue(request.caller)
    return {
        "ticket": {
            "id": secret,
            "expires_at": iso(ticket.expires),
            "url": f"/feed?{urlencode({'ticket': secret})}",
        }
    }
