"""Subnets: a network's addresses, and what guests are told about them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from cyclades.domain.model.addresses import Pool

# Modes in which guests make their own address out of the prefix.
AUTOMATIC = frozenset({"slaac", "dhcpv6-stateless"})
IPV6_MODES = ("slaac", "dhcpv6-stateless", "dhcpv6-stateful")


class HostRoute(NamedTuple):
    """A route that guests are told."""

    destination: str
    nexthop: str


@dataclass(frozen=True, slots=True)
class Subnet:
    """`external` says whether its network is."""

    id: str
    project_id: str
    network_id: str
    name: str
    description: str
    ip_version: int
    cidr: str
    gateway_ip: str | None
    enable_dhcp: bool
    ipv6_ra_mode: str | None
    ipv6_address_mode: str | None
    pools: tuple[Pool, ...]
    dns_nameservers: tuple[str, ...]
    host_routes: tuple[HostRoute, ...]
    tags: tuple[str, ...]
    created: datetime
    updated: datetime
    version: int
    external: bool = False
    subnetpool_id: str | None = None

    @property
    def automatic(self) -> bool:
        """Guests make their own addresses (SLAAC)."""
        return self.ipv6_address_mode in AUTOMATIC


class Unsaid(Enum):
    """Not said, where None says something."""

    UNSAID = "unsaid"


UNSAID = Unsaid.UNSAID


@dataclass(frozen=True, slots=True)
class WantedSubnet:
    """What somebody asks for. `gateway_ip`: None for none, unsaid for the first host.

    Without `cidr` the prefix is cut from a pool, `prefixlen` long (None: as the pool has it).
    """

    network_id: str
    cidr: str | None = None
    ip_version: int | None = None
    name: str = ""
    description: str = ""
    gateway_ip: str | Unsaid | None = UNSAID
    enable_dhcp: bool = True
    ipv6_ra_mode: str | None = None
    ipv6_address_mode: str | None = None
    pools: tuple[Pool, ...] | None = None
    dns_nameservers: tuple[str, ...] = ()
    host_routes: tuple[HostRoute, ...] = ()
    project_id: str | None = None
    tags: tuple[str, ...] = ()
    subnetpool_id: str | None = None
    prefixlen: int | None = None
    use_default_subnetpool: bool = False
