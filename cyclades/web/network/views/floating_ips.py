"""/floatingips. Source: Networking API v2.0, "Floating IPs"."""

from typing import Any

from cyclades.domain.model.floating_ip import WantedFloatingIp
from cyclades.web.network.bodies import create_all, renamed, revision_of
from cyclades.web.network.listing import FIELDS, listing_of, page_answer, picked
from cyclades.web.network.presenters.floating_ips import floating_ip_body
from cyclades.web.network.schemas import floating_ips as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

floating_ips = Resource("floatingips", "/network/v2.0/floatingips")
floating_ip = Resource("floatingip", "/network/v2.0/floatingips/{id}")


@floating_ips.on("GET", query=schemas.LIST)
def list_floating_ips(request: CycladesRequest) -> Any:
    """The project's floating IPs."""
    listing = listing_of(request)
    rows = request.cyclades.floating_ips.page(listing)
    return page_answer(request, "floatingips", rows, listing, floating_ip_body)


@floating_ips.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=201, creates=True)
def create_floating_ips(request: CycladesRequest) -> Any:
    """One floating IP, or several at once: all or none."""

    def make(item: dict[str, Any]) -> dict[str, Any]:
        wanted = WantedFloatingIp(**attributes(item))
        return floating_ip_body(request.cyclades.floating_ips.create(request.caller, wanted))

    return create_all(request.body_in, "floatingip", "floatingips", make)


@floating_ip.on("GET", query=FIELDS)
def show_floating_ip(request: CycladesRequest) -> Any:
    """One floating IP."""
    found = request.cyclades.floating_ips.show(request.caller, request.matchdict["id"])
    return {"floatingip": picked(floating_ip_body(found), request.query_in["fields"])}


@floating_ip.on("PUT", access=Access.MEMBER, body=schemas.UPDATE)
def update_floating_ip(request: CycladesRequest) -> Any:
    """Let it lead somewhere else, or nowhere."""
    changed = request.cyclades.floating_ips.update(
        request.caller,
        request.matchdict["id"],
        attributes(request.body_in["floatingip"]),
        revision_of(request),
    )
    return {"floatingip": floating_ip_body(changed)}


@floating_ip.on("DELETE", access=Access.MEMBER)
def delete_floating_ip(request: CycladesRequest) -> Any:
    """Give it back."""
    request.cyclades.floating_ips.delete(
        request.caller, request.matchdict["id"], revision_of(request)
    )
    return nothing(request)


def attributes(item: dict[str, Any]) -> dict[str, Any]:
    """What was said, as the model has it."""
    values = renamed(item, schemas.NAMES)
    if "tags" in values:
        values["tags"] = tuple(values["tags"])
    return values
