"""Routers: they join networks, lead outside, and hide private addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import NamedTuple

from cyclades.domain.model.addresses import parse_block
from cyclades.domain.model.errors import Forbidden, NotFound
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.port import FixedIp, WantedIp
from cyclades.domain.model.router_errors import BadRequest, InvalidRoutes, RoutesExhausted
from cyclades.domain.model.subnet import HostRoute, Subnet

INTERFACE_OWNER = "network:router_interface"
GATEWAY_OWNER = "network:router_gateway"
ACTIVE = "ACTIVE"
ERROR = "ERROR"
MAX_ROUTES = 30


@dataclass(frozen=True, slots=True)
class Router:
    """`gateway`: its addresses on the external network. `gateway_host` carries its traffic."""

    id: str
    project_id: str
    name: str
    description: str
    admin_state_up: bool
    status: str
    external_network_id: str | None
    enable_snat: bool
    routes: tuple[HostRoute, ...]
    tags: tuple[str, ...]
    gateway_host: str
    created: datetime
    updated: datetime
    version: int
    gateway: tuple[FixedIp, ...] = ()

    def require_owned(self, caller: Caller) -> None:
        """Raise NotFound unless the caller may look at it and change it."""
        if not (caller.is_admin or self.project_id == caller.project_id):
            raise NotFound("router", self.id)


@dataclass(frozen=True, slots=True)
class WantedGateway:
    """The way out. `fixed_ips` None: what the network gives anybody; `enable_snat` None: yes."""

    network_id: str
    enable_snat: bool | None = None
    fixed_ips: tuple[WantedIp, ...] | None = None

    def require_allowed(self, caller: Caller) -> None:
        """Raise Forbidden for what only administrators choose."""
        if caller.is_admin:
            return
        for name, said in (
            ("external_fixed_ips", bool(self.fixed_ips)),
            ("enable_snat", self.enable_snat is False),
        ):
            if said:
                rule = f"create_router:external_gateway_info:{name}"
                raise Forbidden(f"(rule:{rule}) is disallowed by policy")


@dataclass(frozen=True, slots=True)
class WantedRouter:
    """What somebody asks for."""

    name: str = ""
    description: str = ""
    admin_state_up: bool = True
    gateway: WantedGateway | None = None
    project_id: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interface:
    """What became of an interface: its port, and the subnet that was named."""

    router: Router
    port_id: str
    network_id: str
    subnet_ids: tuple[str, ...]


class Touch(NamedTuple):
    """One address of a router: on which port, in which subnet."""

    port_id: str
    owner: str
    network_id: str
    subnet_id: str
    cidr: str
    address: str


def require_apart(router_id: str, touches: Sequence[Touch], subnets: Sequence[Subnet]) -> None:
    """Raise BadRequest when the router touches one of the subnets, or one that overlaps."""
    for subnet in subnets:
        block = parse_block(subnet.cidr, "cidr")
        for touch in touches:
            if touch.subnet_id == subnet.id:
                raise BadRequest(
                    f"Bad router request: Router {router_id} already has a port on subnet "
                    f"{subnet.id}."
                )
            taken = parse_block(touch.cidr, "cidr")
            if taken.version == block.version and taken.overlaps(block):
                raise BadRequest(
                    f"Bad router request: Cidr {block} of subnet {subnet.id} overlaps with cidr "
                    f"{taken} of subnet {touch.subnet_id}."
                )


def require_routable(subnet: Subnet) -> str:
    """The address that a router has there. Raises BadRequest."""
    if subnet.gateway_ip is None:
        raise BadRequest("Bad router request: Subnet for router interface must have a gateway IP.")
    if subnet.ipv6_address_mode and not subnet.ipv6_ra_mode:
        raise BadRequest(
            f"Bad router request: IPv6 subnet {subnet.id} configured to receive RAs from an "
            "external router cannot be added to this router."
        )
    return subnet.gateway_ip


def check_routes(routes: Sequence[HostRoute], touches: Sequence[Touch]) -> None:
    """Raise InvalidRoutes unless every next hop is a neighbour; RoutesExhausted."""
    if len(routes) > MAX_ROUTES:
        raise RoutesExhausted(
            f"Unable to complete operation. The number of routes exceeds the maximum {MAX_ROUTES}.",
            "routes",
        )
    own = {touch.address for touch in touches}
    for route in routes:
        reason = ""
        if not leads(route, touches):
            reason = "the nexthop is not connected with router"
        elif route.nexthop in own:
            reason = "the nexthop is used by router"
        elif parse_block(route.destination, "routes").version != ip_address(route.nexthop).version:
            reason = "destination and nexthop are not of one IP version"
        if reason:
            raise InvalidRoutes(
                f"Invalid format for routes: {route.destination} via {route.nexthop}, {reason}",
                "routes",
            )


def leads(route: HostRoute, touches: Sequence[Touch]) -> bool:
    """Whether the next hop is in a subnet that the router touches."""
    hop = ip_address(route.nexthop)
    return any(hop in parse_block(touch.cidr, "cidr") for touch in touches)
