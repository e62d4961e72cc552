"""Floating IPs: addresses of an external network that move from server to server."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.identity import Caller

FLOATING_OWNER = "network:floatingip"
ACTIVE = "ACTIVE"
DOWN = "DOWN"


class PortDetails(NamedTuple):
    """What a floating IP says of the port that it is associated with."""

    name: str
    network_id: str
    mac: str
    admin_state_up: bool
    status: str
    device_id: str
    device_owner: str


@dataclass(frozen=True, slots=True)
class FloatingIp:
    """`port_id`: what it leads to, None: nothing. `router_id`: which router translates it.

    Without a router the port itself has the address: then `fixed_ip` is that address, unless
    its user said another.
    """

    id: str
    project_id: str
    description: str
    network_id: str
    address: str
    port_id: str | None
    fixed_ip: str | None
    router_id: str | None
    status: str
    dns_name: str
    dns_domain: str
    tags: tuple[str, ...]
    created: datetime
    updated: datetime
    version: int
    details: PortDetails | None = None

    def require_owned(self, caller: Caller) -> None:
        """Raise NotFound unless the caller may look at it and change it."""
        if not (caller.is_admin or self.project_id == caller.project_id):
            raise NotFound("floating IP", self.id)


@dataclass(frozen=True, slots=True)
class WantedFloatingIp:
    """What somebody asks for: any address of the network, or of a subnet, or a very one."""

    network_id: str
    address: str | None = None
    subnet_id: str | None = None
    port_id: str | None = None
    fixed_ip: str | None = None
    description: str = ""
    dns_name: str = ""
    dns_domain: str = ""
    project_id: str | None = None
    tags: tuple[str, ...] = ()
