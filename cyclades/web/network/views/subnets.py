"""/subnets. Source: Networking API v2.0, "Subnets"."""

from typing import Any

from cyclades.domain.model.addresses import Pool
from cyclades.domain.model.subnet import HostRoute, WantedSubnet
from cyclades.web.network.bodies import create_all, renamed, revision_of
from cyclades.web.network.listing import FIELDS, listing_of, page_answer, picked
from cyclades.web.network.presenters.subnets import subnet_body
from cyclades.web.network.schemas import subnets as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

subnets = Resource("subnets", "/network/v2.0/subnets")
subnet = Resource("subnet", "/network/v2.0/subnets/{id}")


@subnets.on("GET", query=schemas.LIST)
def list_subnets(request: CycladesRequest) -> Any:
    """The project's subnets, and those of shared and external networks."""
    listing = listing_of(request)
    rows = request.cyclades.subnets.page(listing)
    return page_answer(request, "subnets", rows, listing, subnet_body)


@subnets.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=201, creates=True)
def create_subnets(request: CycladesRequest) -> Any:
    """One subnet, or several at once: all or none."""

    def make(item: dict[str, Any]) -> dict[str, Any]:
        wanted = WantedSubnet(**attributes(item))
        return subnet_body(request.cyclades.subnets.create(request.caller, wanted))

    return create_all(request.body_in, "subnet", "subnets", make)


@subnet.on("GET", query=FIELDS)
def show_subnet(request: CycladesRequest) -> Any:
    """One subnet."""
    found = request.cyclades.subnets.show(request.caller, request.matchdict["id"])
    return {"subnet": picked(subnet_body(found), request.query_in["fields"])}


@subnet.on("PUT", access=Access.MEMBER, body=schemas.UPDATE)
def update_subnet(request: CycladesRequest) -> Any:
    """Change a subnet."""
    changed = request.cyclades.subnets.update(
        request.caller,
        request.matchdict["id"],
        attributes(request.body_in["subnet"]),
        revision_of(request),
    )
    return {"subnet": subnet_body(changed)}


@subnet.on("DELETE", access=Access.MEMBER)
def delete_subnet(request: CycladesRequest) -> Any:
    """Forget a subnet."""
    request.cyclades.subnets.delete(request.caller, request.matchdict["id"], revision_of(request))
    return nothing(request)


def attributes(item: dict[str, Any]) -> dict[str, Any]:
    """What was said, as the model has it."""
    values = renamed(item, schemas.NAMES)
    kinds: dict[str, Any] = {"pools": Pool, "host_routes": HostRoute}
    for name, kind in kinds.items():
        if name in values:
            values[name] = tuple(kind(**part) for part in values[name])
    for name in ("dns_nameservers", "tags"):
        if name in values:
            values[name] = tuple(values[name])
    return values
