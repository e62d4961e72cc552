"""/networks. Source: Networking API v2.0, "Networks"."""

from typing import Any

from cyclades.domain.model.network import Network, WantedNetwork
from cyclades.web.network.bodies import create_all, renamed, revision_of
from cyclades.web.network.listing import FIELDS, listing_of, page_answer, picked
from cyclades.web.network.presenters.networks import network_body
from cyclades.web.network.schemas import networks as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

networks = Resource("networks", "/network/v2.0/networks")
network = Resource("network", "/network/v2.0/networks/{id}")


@networks.on("GET", query=schemas.LIST)
def list_networks(request: CycladesRequest) -> Any:
    """The project's networks, shared and external ones; all for administrators."""
    listing = listing_of(request, schemas.SAME_FOR_ALL)
    rows = request.cyclades.networks.page(listing)
    return page_answer(request, "networks", rows, listing, lambda row: body_of(request, row))


@networks.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=201, creates=True)
def create_networks(request: CycladesRequest) -> Any:
    """One network, or several at once: all or none."""

    def make(item: dict[str, Any]) -> dict[str, Any]:
        item.pop("availability_zone_hints", None)
        wanted = WantedNetwork(**renamed(item, schemas.NAMES))
        return body_of(request, request.cyclades.networks.create(request.caller, wanted))

    return create_all(request.body_in, "network", "networks", make)


@network.on("GET", query=FIELDS)
def show_network(request: CycladesRequest) -> Any:
    """One network."""
    found = request.cyclades.networks.show(request.caller, request.matchdict["id"])
    return {"network": picked(body_of(request, found), request.query_in["fields"])}


@network.on("PUT", access=Access.MEMBER, body=schemas.UPDATE)
def update_network(request: CycladesRequest) -> Any:
    """Change a network."""
    changes = renamed(request.body_in["network"], schemas.NAMES)
    changed = request.cyclades.networks.update(
        request.caller, request.matchdict["id"], changes, revision_of(request)
    )
    return {"network": body_of(request, changed)}


@network.on("DELETE", access=Access.MEMBER)
def delete_network(request: CycladesRequest) -> Any:
    """Forget a network."""
    request.cyclades.networks.delete(request.caller, request.matchdict["id"], revision_of(request))
    return nothing(request)


def body_of(request: CycladesRequest, row: Network) -> dict[str, Any]:
    """A network for this caller."""
    return network_body(row, request.caller)
