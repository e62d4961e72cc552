"""What Cyclades says about one port: everything that its interface needs, checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, NamedTuple, Union

Address = Union[IPv4Address, IPv6Address]
Network = Union[IPv4Network, IPv6Network]

MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
MAC_PREFIX = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){2}")
PORT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
OPTION = re.compile(r"[a-z0-9-]{1,60}")
PLAIN = re.compile(r"[ -~]{0,250}")  # it goes into a configuration file: a line, and no more
PROTOCOLS = {"tcp": 6, "udp": 17, "icmp": 1, "ipv6-icmp": 58}
ICMP = frozenset({1, 58})


class BadDocument(ValueError):
    """It cannot be used; the message says why."""


class Rule(NamedTuple):
    """`ports` are low and high, or ICMP's type and code; `remote` None is everybody."""

    direction: str
    version: int
    protocol: int | None
    ports: tuple[int, int | None] | None
    remote: tuple[Network, ...] | None


class Subnet(NamedTuple):
    """`address` is the port's own there; modes are Neutron's words, or empty."""

    id: str
    cidr: Network
    gateway: Address | None
    dhcp: bool
    ra_mode: str
    address_mode: str
    dns: tuple[Address, ...]
    routes: tuple[tuple[Network, Address], ...]
    address: Address | None


class Option(NamedTuple):
    """A DHCP option of the port's own."""

    name: str
    value: str
    version: int


class Document(NamedTuple):
    """`secure` False: no filter but the network's MAC prefix, and no VLAN's tag."""

    port: str
    digest: str
    mac: str
    hostname: str
    network: str
    mode: str
    link: str
    mac_prefix: str
    mtu: int
    secure: bool
    addresses: tuple[Address, ...]
    pairs: tuple[tuple[Network, str], ...]
    layers: tuple[tuple[Rule, ...], ...]
    subnets: tuple[Subnet, ...]
    options: tuple[Option, ...]
    domain: str


def read_document(said: Any) -> Document:
    """From JSON. Raises BadDocument."""
    try:
        return _document(said)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise BadDocument(f"a document that makes no sense: {error!r}") from error


def _document(said: dict[str, Any]) -> Document:
    network = said["network"]
    return Document(
        port=_like(PORT_ID, said["port"]),
        digest=_like(PLAIN, said["digest"]),
        mac=_like(MAC, said["mac"].lower()),
        hostname=_name(said["dns_name"]) or _name(said["hostname"]),
        network=_like(PORT_ID, network["id"]),
        mode=_one_of(network["mode"], ("bridged", "routed")),
        link=_like(PLAIN, network["link"] or ""),
        mac_prefix=_like(MAC_PREFIX, network["mac_prefix"].lower())
        if network["mac_prefix"]
        else "",
        mtu=int(network["mtu"] or 0),
        secure=bool(said["secure"]),
        addresses=tuple(map(ip_address, said["addresses"])),
        pairs=tuple(
            (ip_network(pair["prefix"], strict=False), _like(MAC, pair["mac"].lower()))
            for pair in said["pairs"]
        ),
        layers=tuple(tuple(map(_rule, layer)) for layer in said["layers"]),
        subnets=tuple(map(_subnet, said["subnets"])),
        options=tuple(_options(said["dhcp_options"])),
        domain=_name((said["domain"] or "").strip(".")),
    )


def _rule(said: dict[str, Any]) -> Rule:
    version = _one_of(said["version"], (4, 6))
    protocol = said["protocol"]
    number = None if protocol is None else PROTOCOLS.get(protocol)
    if protocol is not None and number is None:
        number = int(protocol)
    if number == PROTOCOLS["icmp"] and version == 6:  # noqa: PLR2004  it is the version's name
        number = PROTOCOLS["ipv6-icmp"]
    if number is not None and not 0 <= number <= 255:  # noqa: PLR2004  eight bits
        raise ValueError(protocol)
    remote = said["remote"]
    networks = None if remote is None else tuple(_network(one, version) for one in remote)
    return Rule(
        _one_of(said["direction"], ("ingress", "egress")),
        version,
        number,
        _ports(said["ports"], icmp=number in ICMP),
        networks,
    )


def _ports(said: Any, *, icmp: bool) -> tuple[int, int | None] | None:
    if said is None:
        return None
    low, high = said
    if icmp and high is None:
        return int(low), None
    return int(low), int(high)


def _subnet(said: dict[str, Any]) -> Subnet:
    version = _one_of(said["version"], (4, 6))
    return Subnet(
        id=_like(PORT_ID, said["id"]),
        cidr=_network(said["cidr"], version),
        gateway=ip_address(said["gateway"]) if said["gateway"] else None,
        dhcp=bool(said["dhcp"]),
        ra_mode=_like(OPTION, said["ra_mode"]) if said["ra_mode"] else "",
        address_mode=_like(OPTION, said["address_mode"]) if said["address_mode"] else "",
        dns=tuple(map(ip_address, said["dns"])),
        routes=tuple((_network(to, version), ip_address(via)) for to, via in said["routes"]),
        address=ip_address(said["address"]) if said["address"] else None,
    )


def _options(said: Iterable[dict[str, Any]]) -> Iterable[Option]:
    """Those that can be told to a DHCP server; others are left out, the port works without."""
    for one in said:
        name, value = str(one["name"]), str(one["value"])
        if OPTION.fullmatch(name) and PLAIN.fullmatch(value):
            yield Option(name, value, _one_of(one["version"], (4, 6)))


def _network(said: str, version: int) -> Network:
    network = ip_network(said, strict=False)
    if network.version != version:
        raise ValueError(said)
    return network


def _like(pattern: re.Pattern[str], said: str) -> str:
    if not pattern.fullmatch(said):
        raise ValueError(said)
    return said


def _name(said: str | None) -> str:
    """A name that DNS can carry, or none."""
    return said if said and NAME.fullmatch(said) else ""


def _one_of(said: Any, these: tuple[Any, ...]) -> Any:
    if said not in these:
        raise ValueError(said)
    return said
