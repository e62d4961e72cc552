"""/os-security-groups and /os-security-group-rules: the network service's, up to 2.35.

Source: Compute API reference, "Security groups (os-security-groups) (DEPRECATED)".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.security_group import SecurityGroup
from cyclades.domain.model.security_group_rules import WantedRule
from cyclades.domain.model.sharing import reach_of
from cyclades.web.compute.presenters import security_groups as present
from cyclades.web.compute.schemas import security_groups as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

LAST = (2, 35)
ICMP = "icmp"
groups = Resource("compute-security-groups", "/compute/v2.1/os-security-groups")
group = Resource("compute-security-group", "/compute/v2.1/os-security-groups/{id}")
rules = Resource("compute-security-group-rules", "/compute/v2.1/os-security-group-rules")
rule = Resource("compute-security-group-rule", "/compute/v2.1/os-security-group-rules/{id}")


@contextmanager
def refused() -> Iterator[None]:
    """Compute always said 400 where the network service says 409."""
    try:
        yield
    except Conflict as error:
        raise InvalidInput(str(error)) from error


def shown(request: CycladesRequest, found: SecurityGroup) -> dict[str, Any]:
    """One group."""
    names = names_of(request, present.remote_groups(found.rules))
    return {"security_group": present.group(found, names)}


def names_of(request: CycladesRequest, ids: set[str]) -> dict[str, str]:
    """The names of those groups that the caller sees."""
    names: dict[str, str] = {}
    for group_id in ids:
        try:
            found = request.cyclades.security_groups.show(request.caller, group_id)
        except NotFound:
            continue
        names[group_id] = found.name
    return names


@groups.on("GET", until=LAST)
def list_groups(request: CycladesRequest) -> Any:
    """The project's groups."""
    listing = Listing(reach_of(request.caller), {"project_id": (request.caller.project_id,)})
    found = request.cyclades.security_groups.page(request.caller, listing)
    names = {each.id: each.name for each in found}
    return {"security_groups": [present.group(each, names) for each in found]}


@groups.on("POST", access=Access.MEMBER, body=schemas.GROUP, creates=True, until=LAST)
def create_group(request: CycladesRequest) -> Any:
    """A new one."""
    with refused():
        made = request.cyclades.security_groups.create(request.caller, told(request))
    return shown(request, made)


@group.on("GET", until=LAST)
def show_group(request: CycladesRequest) -> Any:
    """One group."""
    found = request.cyclades.security_groups.show(request.caller, request.matchdict["id"])
    return shown(request, found)


@group.on("PUT", access=Access.MEMBER, body=schemas.GROUP, until=LAST)
def update_group(request: CycladesRequest) -> Any:
    """Another name and description."""
    with refused():
        changed = request.cyclades.security_groups.update(
            request.caller, request.matchdict["id"], told(request), None
        )
    return shown(request, changed)


@group.on("DELETE", access=Access.MEMBER, status=202, until=LAST)
def delete_group(request: CycladesRequest) -> Any:
    """Forget it."""
    with refused():
        request.cyclades.security_groups.delete(request.caller, request.matchdict["id"], None)
    return nothing(request, 202)


@rules.on("POST", access=Access.MEMBER, body=schemas.RULE, creates=True, until=LAST)
def create_rule(request: CycladesRequest) -> Any:
    """One thing more that may come in."""
    with refused():
        made = request.cyclades.security_groups.create_rule(request.caller, wanted(request))
    names = names_of(request, present.remote_groups((made,)))
    return {"security_group_rule": present.rule(made, names)}


@rule.on("DELETE", access=Access.MEMBER, status=202, until=LAST)
def delete_rule(request: CycladesRequest) -> Any:
    """Forget it."""
    request.cyclades.security_groups.delete_rule(request.caller, request.matchdict["id"])
    return nothing(request, 202)


def told(request: CycladesRequest) -> dict[str, Any]:
    """Name and description."""
    body = request.body_in["security_group"]
    return {"name": body["name"], "description": body["description"] or ""}


def wanted(request: CycladesRequest) -> WantedRule:
    """The rule in the domain's words. Raises InvalidInput."""
    body = request.body_in["security_group_rule"]
    protocol, source = body["ip_protocol"], body["group_id"]
    if protocol is None and source is None:
        raise InvalidInput("Ip protocol is required.", "ip_protocol")
    prefix = None if source else body["cidr"] or present.ANYWHERE["IPv4"]
    ports = (body["from_port"], body["to_port"])
    if ports == present.ANY and (protocol or ICMP).lower() == ICMP:
        ports = (None, None)
    return WantedRule(
        body["parent_group_id"],
        "ingress",
        ethertype_of(prefix),
        protocol.lower() if protocol else None,
        *ports,
        remote_ip_prefix=prefix,
        remote_group_id=source,
    )


def ethertype_of(prefix: str | None) -> str:
    """What a prefix is of. Raises InvalidInput."""
    try:
        return f"IPv{ip_network(prefix or '0.0.0.0/0', strict=False).version}"
    except ValueError as error:
        raise InvalidInput("The prefix is none.", "cidr") from error
