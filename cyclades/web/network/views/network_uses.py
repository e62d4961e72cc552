"""/network-ip-availabilities: how many of networks' addresses are taken.

Source: Networking API v2.0, "Network IP availability and usage stats".
"""

from typing import Any

from cyclades.domain.model.errors import NotFound
from cyclades.web.network.bodies import renamed
from cyclades.web.network.listing import FIELDS, picked
from cyclades.web.network.presenters.network_uses import use_body
from cyclades.web.network.schemas import network_uses as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

BASE = "/network/v2.0/network-ip-availabilities"
network_uses = Resource("network-ip-availabilities", BASE, rule="get_network_ip_availability")
network_use = Resource(
    "network-ip-availability", f"{BASE}/{{id}}", rule="get_network_ip_availability"
)


@network_uses.on("GET", access=Access.ADMIN, query=schemas.LIST)
def list_uses(request: CycladesRequest) -> Any:
    """All networks, or those that are asked for."""
    said = {name: values for name, values in request.query_in.items() if values}
    fields = said.pop("fields", ())
    found = request.cyclades.network_uses.list(renamed(said, schemas.NAMES))
    return {"network_ip_availabilities": [picked(use_body(use), fields) for use in found]}


@network_use.on("GET", access=Access.ADMIN, query=FIELDS)
def show_use(request: CycladesRequest) -> Any:
    """One network."""
    network_id = request.matchdict["id"]
    for use in request.cyclades.network_uses.list({"network_id": (network_id,)}):
        return {"network_ip_availability": picked(use_body(use), request.query_in["fields"])}
    raise NotFound("network", network_id)
