"""What nftables does for one interface, as a script that is applied whole or not at all.

Bridged interfaces are in the table `bridge cyclades`: maps lead from the interface's name to chains
of its own. Routed ones have chains of the device in `netdev cyclades`. The chains are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cyclades_node.dhcp import SERVER
from cyclades_node.document import Document
from cyclades_node.flows import DIRECTIONS, NEW_RATE, begun, flow_sets, known
from cyclades_node.layers import layer_lines
from cyclades_node.packets import HEADERS, Headers
from cyclades_node.spoofing import (
    QUERIES,
    frames,
    from_guest4,
    from_guest6,
    prefix_only,
    shared_chains,
)

TABLE = "cyclades"
MAPS = {"egress": "from_guest", "ingress": "to_guest"}
HOOKS = {"egress": "prerouting", "ingress": "postrouting"}
# What answers DHCP hears and is heard by its network's ports on this node alone, never the host.
# And no guest finds the host's own services by addresses of the link, which every bridge has, or is
# a router of the host's.
SERVERS = """\
add set bridge cyclades guests { type ifname; }
add set bridge cyclades servers { type ifname; }
add set bridge cyclades served { type ifname . ifname; }
add chain bridge cyclades forward { type filter hook forward priority -150; policy accept; }
add chain bridge cyclades input { type filter hook input priority -150; policy accept; }
add chain bridge cyclades output { type filter hook output priority -150; policy accept; }
flush chain bridge cyclades forward
flush chain bridge cyclades input
flush chain bridge cyclades output
add rule bridge cyclades forward oifname @servers iifname . oifname != @served drop
add rule bridge cyclades forward iifname @servers oifname . iifname != @served drop
add rule bridge cyclades input iifname @servers drop
add rule bridge cyclades input iifname @guests icmpv6 type { 134, 137 } drop
add rule bridge cyclades input iifname @guests ip6 saddr fe80::/10 meta l4proto { 6, 17 } drop
add rule bridge cyclades input iifname @guests ip6 daddr fe80::/10 meta l4proto { 6, 17 } drop
add rule bridge cyclades output oifname @servers drop
"""
# Where the host routes for a guest it has nothing else to say to it, but by ICMP.
HOST = """\
add table inet cyclades
add set inet cyclades guests { type ifname; }
add chain inet cyclades input { type filter hook input priority -150; policy accept; }
flush chain inet cyclades input
add rule inet cyclades input iifname @guests meta l4proto != { 1, 58 } drop
"""
# Into another VLAN, where the bridge's way out carries many.
TAGGED = "ether type { 8021q, 8021ad } drop"
# What switches say to each other: on a bridge of many networks a guest is none of them.
SWITCHES = ("ether daddr & ff:ff:ff:ff:ff:f0 == 01:80:c2:00:00:00 drop", "ether type < 1536 drop")
ENDS = {"egress": "iifname", "ingress": "oifname"}
ESSENTIAL = "{ 130, 131, 132, 134, 135, 136, 143 }"  # multicast listeners, routers, neighbours


class Filter(NamedTuple):
    """What holds for an interface. Without a document nothing passes.

    `server` is the MAC of what answers DHCP for its network here, or empty.
    """

    interface: str
    family: str
    document: Document | None
    server: str = ""


def base(family: str) -> Iterator[str]:
    """The table without interfaces; again changes nothing."""
    yield f"add table {family} {TABLE}"
    yield from flow_sets(family, TABLE)
    for name, lines in _shared_chains():
        yield f"add chain {family} {TABLE} {name}"
        yield f"flush chain {family} {TABLE} {name}"
        yield from (f"add rule {family} {TABLE} {name} {line}" for line in lines)
    if family == "netdev":
        yield from HOST.splitlines()
        return
    for direction in DIRECTIONS:
        way, hook = MAPS[direction], HOOKS[direction]
        yield f"add map {family} {TABLE} {way} {{ type ifname : verdict; }}"
        yield (
            f"add chain {family} {TABLE} {hook}"
            f" {{ type filter hook {hook} priority -150; policy accept; }}"
        )
        yield f"flush chain {family} {TABLE} {hook}"
        yield f"add rule {family} {TABLE} {hook} {ENDS[direction]} vmap @{way}"
    yield from SERVERS.splitlines()


def _shared_chains() -> Iterator[tuple[str, Iterable[str]]]:
    """Most rules are the same for all interfaces: keys of flows have the interface in them."""
    yield "essential6", [f"icmpv6 type {ESSENTIAL} accept"]
    yield from shared_chains()
    for headers in HEADERS:
        for direction in DIRECTIONS:
            yield f"known_{direction}{headers.version}", known(headers, direction)
            yield f"begun_{direction}{headers.version}", begun(headers, direction)


def applied(wanted: Filter) -> Iterator[str]:
    """The interface's chains, in place of what it had."""
    name, family = wanted.interface, wanted.family
    for direction in DIRECTIONS:
        hook = ""
        if family == "netdev":
            hook = f"type filter hook {_device_hook(direction)} device {name} priority 0; "
        for chain, lines in _chains(wanted, direction):
            head = hook if chain == chain_name(name, direction) else ""
            yield f"add chain {family} {TABLE} {chain} {{ {head}}}"
            yield f"flush chain {family} {TABLE} {chain}"
            yield from (f"add rule {family} {TABLE} {chain} {line}" for line in lines)
    yield from _entries("add", name, family)


def removed(name: str, family: str) -> Iterator[str]:
    """No trace of it, whether it was all there or not."""
    chains = [chain_name(name, way, version) for way in DIRECTIONS for version in (None, 4, 6)]
    yield from (f"add chain {family} {TABLE} {chain}" for chain in chains)
    yield from _entries("add", name, family)
    yield from _entries("delete", name, family)
    for verb in ("flush", "delete"):
        yield from (f"{verb} chain {family} {TABLE} {chain}" for chain in chains)


def chain_name(interface: str, direction: str, version: int | None = None) -> str:
    """An interface has three in each direction: frames, and the packets of each version."""
    return f"{direction}{version or ''}_{interface}"


def _entries(verb: str, name: str, family: str) -> Iterator[str]:
    if family == "netdev":
        yield f'{verb} element inet {TABLE} guests {{ "{name}" }}'
        return
    for direction in DIRECTIONS:
        entry = f'"{name}" : jump {chain_name(name, direction)}'
        yield f"{verb} element {family} {TABLE} {MAPS[direction]} {{ {entry} }}"
    yield f'{verb} element {family} {TABLE} guests {{ "{name}" }}'


def _device_hook(direction: str) -> str:
    """What the guest sends enters the host by its device."""
    return "ingress" if direction == "egress" else "egress"


def _chains(wanted: Filter, direction: str) -> Iterator[tuple[str, Iterable[str]]]:
    """Chains that are jumped to come first."""
    own = wanted.document
    top = chain_name(wanted.interface, direction)
    below = {4: f"{direction}4_{wanted.interface}", 6: f"{direction}6_{wanted.interface}"}
    if own is None or not own.secure:
        yield from ((chain, ()) for chain in below.values())
        yield top, ["drop"] if own is None else [*_insecure(own, direction), "accept"]
        return
    for headers in HEADERS:
        yield below[headers.version], _packets(own, headers, direction, wanted.server)
    ways = [f"ether type {name} goto {below[v]}" for name, v in (("ip", 4), ("ip6", 6))]
    yield top, [*prefix_only(own, direction), *frames(own, direction), *ways, "drop"]


def _insecure(own: Document, direction: str) -> Iterator[str]:
    """What holds for a guest that may say what it likes, for the sake of others."""
    yield from prefix_only(own, direction)
    yield TAGGED
    if direction == "egress":
        yield from SWITCHES
        yield from QUERIES if own.mac_prefix else ()
        yield _asks(own)


def _asks(own: Document) -> str:
    """Who asks the node about itself is known by its address: by none that it only may use."""
    mine = ", ".join(str(address) for address in own.addresses if address.version == 4)  # noqa: PLR2004  its name
    return f"ip daddr {SERVER} {f'ip saddr != {{ {mine} }} ' if mine else ''}drop"


def _packets(own: Document, headers: Headers, direction: str, server: str) -> Iterator[str]:
    if direction == "egress" and headers.version == 4:  # noqa: PLR2004  its name
        yield from from_guest4(own)
        yield _asks(own)
    elif direction == "egress":
        yield from from_guest6(own)
    else:
        yield from _to_guest(headers, server)
    if not own.layers:
        yield "accept"
        return
    yield f"jump known_{direction}{headers.version}"
    layers = list(layer_lines(own.layers, headers, direction))
    yield from layers
    if "drop" not in layers:
        yield f"limit rate over {NEW_RATE} drop"
        yield f"goto begun_{direction}{headers.version}"


def _to_guest(headers: Headers, server: str) -> Iterator[str]:
    """What a guest cannot do without, and only from where it may come."""
    if headers.version == 6:  # noqa: PLR2004  its name
        yield "jump essential6"
        port = "udp dport 546"
    else:
        port = "udp dport 68"
    if server:
        # Clients take an answer from any port.
        yield f"{port} ether saddr {server} accept"
        yield f"{port} drop"
