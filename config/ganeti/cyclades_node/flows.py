"""The state of connections in nftables: sets of flows, for where connection tracking is not.

The bridge family has no connection tracking on many kernels. A flow is an element of a set, put
there by the packet that a rule let through. Sets are told apart by who began the flow, by the IP
version, and by whether it is TCP, as its replies must be. Only replies keep a TCP flow for long:
whom nobody answers cannot. One that has seen an end is in a set of its own, where it is kept for a
short time after each packet. What runs out is forgotten; what is new beyond the rate is dropped,
so that one interface cannot fill the sets of a node.
"""

from __future__ import annotations

from collections.abc import Iterator

from cyclades_node.packets import (
    HEADERS,
    Headers,
    echo_key,
    flow_key,
    fragment_key,
    portless_key,
    quoted_keys,
)

DIRECTIONS = ("egress", "ingress")
SIZE = 262_144  # flows of a set, of all the node's interfaces
NEW = "30s"  # nobody has replied
ANSWERED = "5m"  # by a SYN, and nothing else yet
CLOSING = "1m"  # since the last packet of one with a FIN or RST
OPEN = "3h"  # longer than TCP's keepalive
REPLIED = "3m"  # of protocols without connections
NEW_RATE = "2000/second burst 4000 packets"  # of an interface
WITH_PORTS = "{ 17, 33, 132, 136 }"  # UDP, DCCP, SCTP, UDP-Lite
NO_FLOWS = "{ 1, 2, 6, 17, 33, 58, 132, 136 }"  # these, and ICMP and IGMP, are not of "other"


KINDS = ("tcp", "closing", "other")  # the first two are TCP


def set_name(direction: str, kind: str, version: int) -> str:
    """`direction` is the one that the flow was begun in."""
    return f"{direction}_{kind}{version}"


def flow_sets(family: str, table: str) -> Iterator[str]:
    """Commands that make them; again changes nothing."""
    for headers in HEADERS:
        key = flow_key(headers, "egress")
        for direction in DIRECTIONS:
            for kind in KINDS:
                name = set_name(direction, kind, headers.version)
                yield (
                    f"add set {family} {table} {name} {{ typeof {key}; size {SIZE};"
                    f" flags dynamic,timeout; timeout {REPLIED}; }}"
                )


def known(headers: Headers, direction: str) -> Iterator[str]:
    """Rules that pass the packets of flows that there are, whoever began them."""
    plain, version = headers.plain, headers.version
    key = flow_key(headers, direction)
    yield f"{headers.later_fragment} accept"
    for beginner in DIRECTIONS:
        tcp, other = (set_name(beginner, kind, version) for kind in ("tcp", "other"))
        closing = set_name(beginner, "closing", version)
        yield from _tcp(f"{plain} {key}", key, tcp, closing, is_reply=beginner != direction)
        seen = f"{plain} {key} @{other} update @{other}"
        yield f"meta l4proto {WITH_PORTS} {seen} {{ {key} timeout {REPLIED} }} accept"
        yield from _quoted(headers, direction, tcp, other)
        if headers.first_fragment:
            yield f"{headers.first_fragment} {fragment_key(headers, direction)} @{other} accept"
        if beginner != direction:
            echo, portless = echo_key(headers, direction), portless_key(headers, direction)
            yield f"{headers.echo_reply} {plain} {echo} @{other} accept"
            yield f"meta l4proto != {NO_FLOWS} {portless} @{other} accept"


def _tcp(match: str, key: str, tcp: str, closing: str, *, is_reply: bool) -> Iterator[str]:
    """Of an element of either set: open ones first, they have the most packets."""
    known = f"{match} @{tcp}"
    ends = f"update @{closing} {{ {key} timeout {CLOSING} }} delete @{tcp} {{ {key} }}"
    yield f"tcp flags & (fin|rst) != 0 {known} {ends} accept"
    if is_reply:
        yield f"tcp flags & syn != 0 {known} update @{tcp} {{ {key} timeout {ANSWERED} }} accept"
        yield f"meta l4proto 6 {known} update @{tcp} {{ {key} timeout {OPEN} }} accept"
    else:
        yield f"meta l4proto 6 {known} accept"
        # The same ports are used again: that is another connection, which the layers look at.
        yield f"tcp flags & (syn|ack) == syn {match} @{closing} delete @{closing} {{ {key} }}"
    ending = f"{match} @{closing} update @{closing} {{ {key} timeout {CLOSING} }}"
    yield f"meta l4proto 6 {ending} accept"


def _quoted(headers: Headers, direction: str, tcp: str, other: str) -> Iterator[str]:
    """ICMP errors about a packet of a flow."""
    flow, echo = quoted_keys(headers, direction)
    kind = headers.quoted_protocol
    yield f"{headers.errors} {kind} 6 {flow} @{tcp} accept"
    yield f"{headers.errors} {kind} {WITH_PORTS} {flow} @{other} accept"
    yield f"{headers.errors} {kind} {headers.icmp} {echo} @{other} accept"


def begun(headers: Headers, direction: str) -> Iterator[str]:
    """Rules that remember what the layers of an interface have let through, and pass it."""
    plain, version = headers.plain, headers.version
    key = flow_key(headers, direction)
    echo, portless = echo_key(headers, direction), portless_key(headers, direction)
    tcp, other = (set_name(direction, kind, version) for kind in ("tcp", "other"))
    yield f"meta l4proto 6 {plain} update @{tcp} {{ {key} timeout {NEW} }} accept"
    yield f"meta l4proto {WITH_PORTS} {plain} update @{other} {{ {key} timeout {NEW} }} accept"
    if headers.first_fragment:
        fragment = f"{{ {fragment_key(headers, direction)} timeout {NEW} }}"
        yield f"{headers.first_fragment} update @{other} {fragment} accept"
    yield f"{headers.echo_request} {plain} update @{other} {{ {echo} timeout {NEW} }} accept"
    yield (f"meta l4proto != {NO_FLOWS} update @{other} {{ {portless} timeout {REPLIED} }} accept")
    yield "accept"
