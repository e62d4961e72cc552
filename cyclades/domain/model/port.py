"""Ports: where something is plugged into a network, and what servers ask of them."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import NamedTuple

ACTIVE = "ACTIVE"
DOWN = "DOWN"


class FixedIp(NamedTuple):
    """An address that a port holds."""

    subnet_id: str
    ip_address: str


class AddressPair(NamedTuple):
    """Another address that the guest may use."""

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
    fixed_ips: tuple[FixedIp, ...] = ()
    security_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedInterface:
    """What a server's owner asks for: a port of theirs, or a new one on a network."""

    network_id: str | None = None
    port_id: str | None = None
    fixed_ip: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class ServerPort:
    """An interface as a cluster needs it: `link` is a bridge when `mode` is bridged."""

    port_id: str
    network_id: str
    mac: str
    link: str
    mode: str
    ipv4: str | None
    addresses: tuple[str, ...]


def in_order(fixed_ips: tuple[FixedIp, ...]) -> tuple[FixedIp, ...]:
    """IPv4 before IPv6, then by number."""
    return tuple(sorted(fixed_ips, key=_version_and_number))


def _version_and_number(fixed: FixedIp) -> tuple[int, int]:
    address = ip_address(fixed.ip_address)
    return address.version, int(address)
