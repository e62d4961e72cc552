"""/routers. Source: Networking API v2.0, "Routers"."""

from collections.abc import Mapping, Sequence
from typing import Any

from cyclades.domain.model.port import WantedIp
from cyclades.domain.model.router import WantedGateway, WantedRouter
from cyclades.domain.model.router_errors import BadRequest
from cyclades.domain.model.subnet import HostRoute
from cyclades.web.network.bodies import create_all, renamed, revision_of
from cyclades.web.network.listing import FIELDS, listing_of, page_answer, picked
from cyclades.web.network.presenters.routers import interface_body, router_body
from cyclades.web.network.schemas import routers as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

BASE = "/network/v2.0/routers"
routers = Resource("routers", BASE)
router = Resource("router", f"{BASE}/{{id}}")
add_interface = Resource("add-router-interface", f"{BASE}/{{id}}/add_router_interface")
remove_interface = Resource("remove-router-interface", f"{BASE}/{{id}}/remove_router_interface")
add_routes = Resource("add-extraroutes", f"{BASE}/{{id}}/add_extraroutes")
remove_routes = Resource("remove-extraroutes", f"{BASE}/{{id}}/remove_extraroutes")


@routers.on("GET", query=schemas.LIST)
def list_routers(request: CycladesRequest) -> Any:
    """The project's routers."""
    listing = listing_of(request)
    rows = request.cyclades.routers.page(listing)
    return page_answer(request, "routers", rows, listing, router_body)


@routers.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=201, creates=True)
def create_routers(request: CycladesRequest) -> Any:
    """One router, or several at once: all or none."""

    def make(item: dict[str, Any]) -> dict[str, Any]:
        wanted = WantedRouter(**attributes(item))
        return router_body(request.cyclades.routers.create(request.caller, wanted))

    return create_all(request.body_in, "router", "routers", make)


@router.on("GET", query=FIELDS)
def show_router(request: CycladesRequest) -> Any:
    """One router."""
    found = request.cyclades.routers.show(request.caller, request.matchdict["id"])
    return {"router": picked(router_body(found), request.query_in["fields"])}


@router.on("PUT", access=Access.MEMBER, body=schemas.UPDATE)
def update_router(request: CycladesRequest) -> Any:
    """Change a router, its way out, or its routes."""
    changed = request.cyclades.routers.update(
        request.caller,
        request.matchdict["id"],
        attributes(request.body_in["router"]),
        revision_of(request),
    )
    return {"router": router_body(changed)}


@router.on("DELETE", access=Access.MEMBER)
def delete_router(request: CycladesRequest) -> Any:
    """Forget a router."""
    request.cyclades.routers.delete(request.caller, request.matchdict["id"], revision_of(request))
    return nothing(request)


@add_interface.on("PUT", access=Access.MEMBER, body=schemas.INTERFACE)
def join(request: CycladesRequest) -> Any:
    """Join a subnet, or take a port."""
    subnet_id, port_id = request.body_in["subnet_id"], request.body_in["port_id"]
    if (subnet_id is None) == (port_id is None):
        raise BadRequest("Bad router request: Either subnet_id or port_id must be specified.")
    interfaces, router_id = request.cyclades.router_interfaces, request.matchdict["id"]
    joined = (
        interfaces.add_port(request.caller, router_id, port_id)
        if subnet_id is None
        else interfaces.add_subnet(request.caller, router_id, subnet_id)
    )
    return interface_body(joined)


@remove_interface.on("PUT", access=Access.MEMBER, body=schemas.INTERFACE)
def leave(request: CycladesRequest) -> Any:
    """Leave a subnet, or give up a port."""
    subnet_id, port_id = request.body_in["subnet_id"], request.body_in["port_id"]
    if subnet_id is None and port_id is None:
        raise BadRequest("Bad router request: Either subnet_id or port_id must be specified.")
    left = request.cyclades.router_interfaces.remove(
        request.caller, request.matchdict["id"], subnet_id, port_id
    )
    return interface_body(left)


@add_routes.on("PUT", access=Access.MEMBER, body=schemas.ROUTES)
def more_routes(request: CycladesRequest) -> Any:
    """Routes besides those that there are."""
    changed = request.cyclades.routers.add_routes(
        request.caller, request.matchdict["id"], routes_of(request.body_in["router"]["routes"])
    )
    return {"router": router_body(changed)}


@remove_routes.on("PUT", access=Access.MEMBER, body=schemas.ROUTES)
def fewer_routes(request: CycladesRequest) -> Any:
    """Without these routes."""
    changed = request.cyclades.routers.remove_routes(
        request.caller, request.matchdict["id"], routes_of(request.body_in["router"]["routes"])
    )
    return {"router": router_body(changed)}


def attributes(item: dict[str, Any]) -> dict[str, Any]:
    """What was said, as the model has it. Raises BadRequest."""
    values = renamed(item, schemas.NAMES)
    if "gateway" in values:
        values["gateway"] = gateway_of(values["gateway"])
    if "routes" in values:
        values["routes"] = routes_of(values["routes"])
    if "tags" in values:
        values["tags"] = tuple(values["tags"])
    return values


def gateway_of(said: Mapping[str, Any] | None) -> WantedGateway | None:
    """The way out that is wanted; null, or an object that says nothing, is none."""
    if said is None or not any(value is not None for value in said.values()):
        return None
    if said["network_id"] is None:
        raise BadRequest("Bad router request: external_gateway_info needs a network_id.")
    fixed = said["external_fixed_ips"]
    return WantedGateway(
        said["network_id"],
        said["enable_snat"],
        tuple(WantedIp(**each) for each in fixed) if fixed else None,
    )


def routes_of(said: Sequence[Mapping[str, str]] | None) -> tuple[HostRoute, ...]:
    """Routes as the model has them."""
    return tuple(HostRoute(each["destination"], each["nexthop"]) for each in said or ())
