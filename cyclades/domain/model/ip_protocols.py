"""Protocols of IP by the names that security groups know. Source: IANA's protocol numbers."""

from collections.abc import Mapping

NUMBERS: Mapping[str, int] = {
    "ah": 51,
    "dccp": 33,
    "egp": 8,
    "esp": 50,
    "gre": 47,
    "icmp": 1,
    "icmpv6": 58,
    "igmp": 2,
    "ipip": 4,
    "ipv6-encap": 41,
    "ipv6-frag": 44,
    "ipv6-icmp": 58,
    "ipv6-nonxt": 59,
    "ipv6-opts": 60,
    "ipv6-route": 43,
    "ospf": 89,
    "pgm": 113,
    "rsvp": 46,
    "sctp": 132,
    "tcp": 6,
    "udp": 17,
    "udplite": 136,
    "vrrp": 112,
}
# Protocols whose rules may name ports, those whose "ports" are a type and a code, and those
# that only IPv6 has.
WITH_PORTS = frozenset({6, 17, 33, 132, 136})
WITH_TYPES = frozenset({1, 58})
OF_IPV6 = frozenset({41, 43, 44, 58, 59, 60})


def number_of(protocol: str) -> int:
    """What a protocol is called on the wire: it is a known name, or a number."""
    return NUMBERS[protocol] if protocol in NUMBERS else int(protocol)
