"""/ports. Source: Networking API v2.0, "Ports"."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.mac import parse_mac
from cyclades.domain.model.port import DhcpOption, Port, WantedIp, WantedPort, address_pair
from cyclades.web.network.bodies import create_all, renamed, revision_of
from cyclades.web.network.listing import FIELDS, listing_of, page_answer, picked
from cyclades.web.network.presenters.ports import port_body
from cyclades.web.network.schemas import ports as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

ports = Resource("ports", "/network/v2.0/ports")
port = Resource("port", "/network/v2.0/ports/{id}")


@ports.on("GET", query=schemas.LIST)
def list_ports(request: CycladesRequest) -> Any:
    """The project's ports."""
    listing = by_address(listing_of(request, schemas.SAME_FOR_ALL))
    rows = request.cyclades.ports.page(listing)
    return page_answer(request, "ports", rows, listing, body_of(request))


@ports.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=201, creates=True)
def create_ports(request: CycladesRequest) -> Any:
    """One port, or several at once: all or none."""

    def make(item: dict[str, Any]) -> dict[str, Any]:
        wanted = WantedPort(**attributes(item))
        return body_of(request)(request.cyclades.ports.create(request.caller, wanted))

    return create_all(request.body_in, "port", "ports", make)


@port.on("GET", query=FIELDS)
def show_port(request: CycladesRequest) -> Any:
    """One port."""
    found = request.cyclades.ports.show(request.caller, request.matchdict["id"])
    return {"port": picked(body_of(request)(found), request.query_in["fields"])}


@port.on("PUT", access=Access.MEMBER, body=schemas.UPDATE)
def update_port(request: CycladesRequest) -> Any:
    """Change a port."""
    changed = request.cyclades.ports.update(
        request.caller,
        request.matchdict["id"],
        attributes(request.body_in["port"]),
        revision_of(request),
    )
    return {"port": body_of(request)(changed)}


@port.on("DELETE", access=Access.MEMBER)
def delete_port(request: CycladesRequest) -> Any:
    """Forget a port."""
    request.cyclades.ports.delete(request.caller, request.matchdict["id"], revision_of(request))
    return nothing(request)


def body_of(request: CycladesRequest) -> Callable[[Port], dict[str, Any]]:
    """What presents a port to this request."""
    return partial(port_body, domain=request.app.settings.dns_domain)


def by_address(listing: Listing) -> Listing:
    """`fixed_ips=key=value` and `ip_address_substr` as pairs. Raises InvalidInput."""
    filters = dict(listing.filters)
    pairs = [("ip_address_substr", value) for value in filters.pop("ip_address_substr", ())]
    for said in filters.pop("fixed_ips", ()):
        key, found, value = said.partition("=")
        if not found or key not in schemas.ADDRESS_KEYS:
            raise InvalidInput(f"fixed_ips={said[:60]} is not key=value.", "fixed_ips")
        pairs.append((key, value))
    if pairs:
        filters["fixed_ips"] = tuple(pairs)
    return replace(listing, filters=filters)


def attributes(item: dict[str, Any]) -> dict[str, Any]:
    """What was said, as the model has it. Raises InvalidInput."""
    values = renamed(item, schemas.NAMES)
    values.pop("binding:vnic_type", None)
    if "mac" in values:
        values["mac"] = parse_mac(values["mac"])
    if "fixed_ips" in values:
        values["fixed_ips"] = tuple(WantedIp(**each) for each in values["fixed_ips"])
    if "allowed_address_pairs" in values:
        values["allowed_address_pairs"] = tuple(
            address_pair(each["ip_address"], each.get("mac_address"))
            for each in values["allowed_address_pairs"]
        )
    if "extra_dhcp_opts" in values:
        values["extra_dhcp_opts"] = tuple(
            DhcpOption(each["opt_name"], each["opt_value"], each["ip_version"])
            for each in values["extra_dhcp_opts"]
            if each["opt_value"] is not None
        )
    for name in ("security_groups", "tags"):
        if name in values:
            values[name] = tuple(values[name])
    return values
