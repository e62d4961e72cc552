"""What a guest may say that it is: its MAC, its addresses, and what it claims in ARP and ND."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from ipaddress import IPv6Address, IPv6Network, collapse_addresses, ip_network

from cyclades_node.document import Document, Network

NO_ADDRESS = "0.0.0.0"  # noqa: S104  nothing is bound to it
CLIENT = "udp sport 68 udp dport 67"
UNSPECIFIED, DISCOVERY = "without_address6", "discovery6"  # chains
# Who asks which groups are wanted decides where a bridge sends them: others do not hear it, and
# would be left out, of neighbour discovery first.
QUERIES = ("icmpv6 type 130 drop", "igmp type membership-query drop")
RARP = "0x8035"  # how a server that has moved here says so to the switches
LINK_LOCAL = IPv6Network("fe80::/64")


def link_local(mac: str) -> IPv6Address:
    """The address that a MAC makes; a guest has no other of the link's."""
    return interface_address(LINK_LOCAL, mac)


def interface_address(network: IPv6Network, mac: str) -> IPv6Address:
    """What a MAC makes of a network; cut to what it has room for."""
    octets = bytes.fromhex(mac.replace(":", ""))
    middle = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    own = int.from_bytes(middle, "big") & int(network.hostmask)
    return IPv6Address(int(network.network_address) | own)


def claims(own: Document, version: int) -> dict[str, list[Network]]:
    """By MAC: the addresses that may be used with it, in as few networks as can be."""
    found: dict[str, set[Network]] = defaultdict(set)
    found[own.mac] = {ip_network(address) for address in own.addresses}
    for prefix, mac in own.pairs:
        found[mac].add(prefix)
    for mac, networks in found.items():
        if version == 6:  # noqa: PLR2004  it is the version's name
            networks.add(ip_network(link_local(mac)))
    return {
        mac: list(collapse_addresses(one for one in networks if one.version == version))  # type: ignore[type-var]  # of one version
        for mac, networks in found.items()
    }


def prefix_only(own: Document, direction: str) -> Iterator[str]:
    """Networks that share a bridge are told apart by the first half of every MAC."""
    if own.mac_prefix:
        prefix = f"0x{own.mac_prefix.replace(':', '')}"
        yield f"@ll,48,24 != {prefix} drop"
        if direction == "egress":
            yield f"@ll,7,1 0 @ll,0,24 != {prefix} drop"


def frames(own: Document, direction: str) -> Iterator[str]:
    """Whose frames; and ARP, which says who has an address."""
    macs = ", ".join(claims(own, 4))
    if direction == "ingress":
        yield f"@ll,7,1 0 ether daddr != {{ {macs} }} drop"
        yield "ether type arp accept"
        return
    yield f"ether saddr != {{ {macs} }} drop"
    yield f"ether type {RARP} accept"
    for mac, networks in claims(own, 4).items():
        addresses = _some([NO_ADDRESS, *map(str, networks)])
        yield f"ether saddr {mac} arp saddr ether {mac} arp saddr ip {addresses} accept"


def from_guest4(own: Document) -> Iterator[str]:
    """Its addresses, or none yet; and it serves no DHCP."""
    yield f"ip saddr {NO_ADDRESS} ip daddr 255.255.255.255 {CLIENT} accept"
    yield f"jump {{ {_senders('ip', claims(own, 4))}drop; }}"
    yield QUERIES[1]
    yield "udp dport 68 drop"  # from whatever port: clients take it
    yield f"{CLIENT} accept"


def from_guest6(own: Document) -> Iterator[str]:
    """As for IPv4; and neighbour discovery about itself only, never as a router."""
    mine = claims(own, 6)
    yield f"icmpv6 type 135 ip6 saddr :: @th,64,128 {_raw(mine.values())} accept"
    yield f"jump {UNSPECIFIED}"
    yield f"jump {{ {_senders('ip6', mine)}drop; }}"
    for mac, networks in mine.items():
        number = f"0x{mac.replace(':', '')}"
        # What says where the sender is must be the only option: another could come after it.
        yield f"icmpv6 type 135 ip6 length 32 @th,192,8 1 @th,208,48 {number} accept"
        yield f"icmpv6 type 133 ip6 length 16 @th,64,8 1 @th,80,48 {number} accept"
        advert = f"ether saddr {mac} icmpv6 type 136"
        yield f"{advert} @th,64,128 != {_raw([networks])} drop"
        yield f"{advert} ip6 length 24 accept"
        yield f"{advert} ip6 length 32 @th,192,8 2 @th,208,48 {number} accept"
    yield f"jump {DISCOVERY}"


def shared_chains() -> Iterator[tuple[str, list[str]]]:
    """What is the same for every guest."""
    yield (
        UNSPECIFIED,
        [
            # Of the first of several fragments not all can be seen, and the others always pass.
            "exthdr frag exists icmpv6 type { 133, 134, 135, 136, 137 } drop",
            "frag nexthdr { 0, 43, 60, 135, 139, 140 } drop",
            "icmpv6 type { 134, 137 } drop",
            QUERIES[0],
            "icmpv6 type { 131, 132, 133, 143 } ip6 saddr :: accept",
        ],
    )
    yield (
        DISCOVERY,
        [
            "icmpv6 type 133 ip6 length 8 accept",
            "icmpv6 type 135 ip6 length 24 accept",
            "icmpv6 type { 133, 135, 136 } drop",
            "icmpv6 type { 131, 132, 143 } accept",
            "udp dport 546 drop",
            "udp sport 546 udp dport 547 accept",
        ],
    )


def _senders(name: str, mine: dict[str, list[Network]]) -> str:
    return "".join(
        f"ether saddr {mac} {name} saddr {_some(map(str, networks))} return; "
        for mac, networks in mine.items()
        if networks
    )


def _some(addresses: Iterable[str]) -> str:
    return f"{{ {', '.join(addresses)} }}"


def _raw(several: Iterable[Iterable[Network]]) -> str:
    """IPv6 networks as numbers, for where nftables has no name for the place."""
    ranges = sorted({(int(one[0]), int(one[-1])) for networks in several for one in networks})
    return _some(
        f"0x{low:032x}" if low == high else f"0x{low:032x}-0x{high:032x}" for low, high in ranges
    )
