"""Where in a packet nftables finds what tells one flow from another.

Plain offsets, not nftables' names: so the packet that an ICMP error quotes is looked up with the
same key as the packet itself, which names cannot do. A key is the guest's interface, the other's
address, the guest's port and the other's: with four parts nftables lists a set as it was made.
"""

from __future__ import annotations

from typing import NamedTuple


class Headers(NamedTuple):
    """One IP version's; `quoted` are the offsets within an ICMP error."""

    version: int
    name: str
    ether_type: str
    protocol: str
    source: str
    target: str
    ports: tuple[str, str]
    echo: str
    quoted_protocol: str
    quoted_source: str
    quoted_target: str
    quoted_ports: tuple[str, str]
    quoted_echo: str
    icmp: str
    errors: str
    echo_request: str
    echo_reply: str
    plain: str
    later_fragment: str
    first_fragment: str  # of UDP, where its ports are elsewhere than in a whole packet
    fragment_ports: tuple[str, str]


V4 = Headers(
    version=4,
    name="ip",
    ether_type="ip",
    protocol="@nh,72,8",
    source="@nh,96,32",
    target="@nh,128,32",
    ports=("@nh,160,16", "@nh,176,16"),
    echo="@nh,192,16",
    quoted_protocol="@th,136,8",
    quoted_source="@th,160,32",
    quoted_target="@th,192,32",
    quoted_ports=("@th,224,16", "@th,240,16"),
    quoted_echo="@th,256,16",
    icmp="1",
    errors="icmp type { 3, 11, 12 }",
    echo_request="icmp type 8",
    echo_reply="icmp type 0",
    plain="@nh,4,4 5",  # without options: the offsets of ports hold
    later_fragment="ip frag-off & 0x1fff > 1",
    first_fragment="",
    fragment_ports=("", ""),
)
V6 = Headers(
    version=6,
    name="ip6",
    ether_type="ip6",
    protocol="@nh,48,8",
    source="@nh,64,128",
    target="@nh,192,128",
    ports=("@nh,320,16", "@nh,336,16"),
    echo="@nh,352,16",
    quoted_protocol="@th,112,8",
    quoted_source="@th,128,128",
    quoted_target="@th,256,128",
    quoted_ports=("@th,384,16", "@th,400,16"),
    quoted_echo="@th,416,16",
    icmp="58",
    errors="icmpv6 type { 1, 2, 3, 4 }",
    echo_request="icmpv6 type 128",
    echo_reply="icmpv6 type 129",
    plain="@nh,48,8 { 6, 17, 33, 58, 132, 136 }",  # no extension headers before the ports
    later_fragment="frag frag-off > 0",
    first_fragment="@nh,48,8 44 @nh,320,8 17",
    fragment_ports=("@nh,384,16", "@nh,400,16"),
)
HEADERS = (V4, V6)


def flow_key(headers: Headers, direction: str) -> str:
    """A packet's, of a protocol with ports."""
    return _with_ports(headers, direction, headers.ports)


def fragment_key(headers: Headers, direction: str) -> str:
    """A first fragment's."""
    return _with_ports(headers, direction, headers.fragment_ports)


def _with_ports(headers: Headers, direction: str, ports: tuple[str, str]) -> str:
    source, target = ports
    if direction == "egress":
        return f"iif . {headers.target} . {source} . {target}"
    return f"oif . {headers.source} . {target} . {source}"


def echo_key(headers: Headers, direction: str) -> str:
    """An echo's: its id stands for both ports."""
    if direction == "egress":
        return f"iif . {headers.target} . {headers.echo} . {headers.echo}"
    return f"oif . {headers.source} . {headers.echo} . {headers.echo}"


def portless_key(headers: Headers, direction: str) -> str:
    """Of any other protocol: the other's address alone tells; its first half fills the places."""
    end, other = ("iif", headers.target) if direction == "egress" else ("oif", headers.source)
    start = other.split(",")[1]
    return f"{end} . {other} . @nh,{start},16 . @nh,{start},16"


def quoted_keys(headers: Headers, direction: str) -> tuple[str, str]:
    """What an error quotes: a packet that went the other way; with ports, and an echo."""
    source, target = headers.quoted_ports
    echo = headers.quoted_echo
    if direction == "egress":
        end, other, own_port, other_port = "iif", headers.quoted_source, target, source
    else:
        end, other, own_port, other_port = "oif", headers.quoted_target, source, target
    return f"{end} . {other} . {own_port} . {other_port}", f"{end} . {other} . {echo} . {echo}"
