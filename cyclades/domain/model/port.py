"""Ports: where something is plugged into a network, and what servers ask of them."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import NamedTuple

from cyclades.domain.model.addresses import parse_address, parse_block
from cyclades.domain.model.mac import parse_mac

ACTIVE = "ACTIVE"
DOWN = "DOWN"
BUILD = "BUILD"  # on its way into a server
MOST_INTERFACES = 8  # of one instance, says Ganeti
MOST_ADDRESSES = 5  # of one port, as of most clouds: they cost no quota
COMPUTE_OWNER = "compute:"  # and the availability zone
SERVICE_OWNER = "network:"  # and what the network service uses it for


class FixedIp(NamedTuple):
    """An address that a port holds."""

    subnet_id: str
    ip_address: str


class AddressPair(NamedTuple):
    """Another address that the guest may use; no MAC address: with the port's own."""

    ip_address: str
    mac_address: str


class DhcpOption(NamedTuple):
    """What DHCP is to tell the guest besides."""

    name: str
    value: str
    ip_version: int


@dataclass(frozen=True, slots=True)
class Port:
    """`keep`: made by a user, so it survives its server. `position`: order on the server.

    `device_id` is empty while the port is free; `tag` is the user's word for the interface.
    `effect_id`: what plugs it in, changes it or unplugs it now; None when nothing does.
    """

    id: str
    project_id: str
    network_id: str
    name: str
    description: str
    mac: str
    admin_state_up: bool
    status: str
    device_id: str
    device_owner: str
    keep: bool
    port_security_enabled: bool
    allowed_address_pairs: tuple[AddressPair, ...]
    extra_dhcp_opts: tuple[DhcpOption, ...]
    position: int
    tag: str | None
    tags: tuple[str, ...]
    created: datetime
    updated: datetime
    version: int
    firewall_profile: str | None = None
    dns_name: str = ""
    effect_id: str | None = None
    fixed_ips: tuple[FixedIp, ...] = ()
    security_groups: tuple[str, ...] = ()

    @property
    def serving(self) -> bool:
        """A router's or a floating IP's own."""
        return self.device_owner.startswith(SERVICE_OWNER)

    @property
    def on_server(self) -> bool:
        """Plugged into a server."""
        return bool(self.device_id) and self.device_owner.startswith(COMPUTE_OWNER)

    @property
    def leaving(self) -> bool:
        """On its way out of a server."""
        return self.effect_id is not None and self.status == DOWN


class WantedIp(NamedTuple):
    """An address of this subnet, or this address of the network, or both."""

    subnet_id: str | None = None
    ip_address: str | None = None


@dataclass(frozen=True, slots=True)
class WantedPort:
    """What somebody asks for. None for addresses or groups: what the network gives anybody.

    `device_id`, `device_owner` and `project_id` are for administrators; `keep` is False for
    ports that a server makes for itself; `effect_id` is what plugs it in. `among`: the only
    subnets, by id, whose addresses it may get.
    """

    network_id: str
    name: str = ""
    description: str = ""
    admin_state_up: bool = True
    mac: str | None = None
    fixed_ips: tuple[WantedIp, ...] | None = None
    device_id: str = ""
    device_owner: str = ""
    security_groups: tuple[str, ...] | None = None
    port_security_enabled: bool | None = None
    allowed_address_pairs: tuple[AddressPair, ...] = ()
    extra_dhcp_opts: tuple[DhcpOption, ...] = ()
    project_id: str | None = None
    keep: bool = True
    position: int = 0
    tag: str | None = None
    tags: tuple[str, ...] = ()
    firewall_profile: str | None = None
    dns_name: str = ""
    effect_id: str | None = None
    among: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class WantedInterface:
    """What a server's owner asks for: a port of theirs, or a new one on a network.

    `forced`: the operator wants every server there; the interface is the operator's, too.
    """

    network_id: str | None = None
    port_id: str | None = None
    fixed_ip: str | None = None
    tag: str | None = None
    forced: bool = False


@dataclass(frozen=True, slots=True)
class ServerPort:
    """An interface as a cluster needs it: `link` is a bridge when `mode` is bridged.

    `addresses`: IPv4 before IPv6. `made`: with the server and for it, so that it costs quota.
    """

    port_id: str
    network_id: str
    mac: str
    link: str
    mode: str
    addresses: tuple[str, ...]
    made: bool


def nic_name(prefix: str, port_id: str) -> str:
    """What a port's interface is called in clusters; `prefix` begins the names of what is ours."""
    return f"{prefix}nic-{port_id}"


def address_pair(ip: str, mac: str | None) -> AddressPair:
    """A pair as we keep it: an address or a whole prefix. Raises InvalidInput."""
    field = "allowed_address_pairs"
    place = parse_block(ip, field) if "/" in ip else parse_address(ip, field)
    return AddressPair(str(place), parse_mac(mac, field) if mac else "")


def in_order(fixed_ips: tuple[FixedIp, ...]) -> tuple[FixedIp, ...]:
    """IPv4 before IPv6, then by number."""
    return tuple(sorted(fixed_ips, key=_version_and_number))


def _version_and_number(fixed: FixedIp) -> tuple[int, int]:
    address = ip_address(fixed.ip_address)
    return address.version, int(address)
