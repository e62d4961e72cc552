"""Rule sets: what may pass a port, in words that any node can turn into filters.

A rule set has layers; a packet passes when every layer has a rule that lets it. Answers to
what passed always pass.
"""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from typing import Any, NamedTuple

from cyclades.domain.model.addresses import Block
from cyclades.domain.model.ip_protocols import number_of
from cyclades.domain.model.security_group import SecurityGroupRule

Protocol = str | int | None
VERSIONS = {"IPv4": 4, "IPv6": 6}
# What has a name in documents; all others are numbers.
NAMED: Mapping[int, str] = {6: "tcp", 17: "udp", 1: "icmp", 58: "ipv6-icmp"}
ICMP_OF = {4: "icmp", 6: "ipv6-icmp"}
ICMP = frozenset(ICMP_OF.values())


class Rule(NamedTuple):
    """Lets pass what fits. `protocol` None is any.

    `ports`: first and last one, of destination; for ICMP a type, and a code or None. `remote`:
    addresses and prefixes of the other side, of which one must fit; None is anybody, and the
    empty tuple is nobody.
    """

    direction: str
    version: int
    protocol: Protocol = None
    ports: tuple[int, int | None] | None = None
    remote: tuple[str, ...] | None = None


Layer = tuple[Rule, ...]
Place = tuple[str, int, str, int, int, bool, tuple[str, ...]]  # in a layer; equal for equal rules
Compiled = dict[Place, Rule]
Members = Mapping[str, Sequence[str]]  # addresses by security group


def protocol_of(said: str | None, version: int) -> Protocol:
    """A protocol as rule sets have it; "icmp" in an IPv6 rule is IPv6's own."""
    if said is None:
        return None
    number = number_of(said)
    name = NAMED.get(number, number)
    return ICMP_OF[version] if name in ICMP else name


def layer_of(rules: Iterable[SecurityGroupRule], members: Members) -> Layer:
    """The rules of all groups of a port, each once, in an order that does not depend on theirs."""
    return merged([compiled(rules, members)])


def compiled(rules: Iterable[SecurityGroupRule], members: Members) -> Compiled:
    """Rules of a group, to be merged with others'."""
    found = [_compiled(rule, members) for rule in rules]
    return {_place(rule): rule for rule in found}


def merged(groups: Iterable[Compiled]) -> Layer:
    """What several groups let pass together."""
    every: Compiled = {}
    for group in groups:
        every |= group
    return tuple(every[place] for place in sorted(every))


def _place(rule: Rule) -> Place:
    ports = rule.ports or (-1, -1)
    return (
        rule.direction,
        rule.version,
        str(rule.protocol or ""),
        ports[0],
        -1 if ports[1] is None else ports[1],
        rule.remote is not None,
        rule.remote or (),
    )


def _compiled(rule: SecurityGroupRule, members: Members) -> Rule:
    version = VERSIONS[rule.ethertype]
    protocol = protocol_of(rule.protocol, version)
    first, last = rule.port_range_min, rule.port_range_max
    remote: tuple[str, ...] | None = None
    if rule.remote_group_id is not None:
        remote = of_version(members.get(rule.remote_group_id, ()), version)
    elif rule.normalized_cidr is not None and not rule.normalized_cidr.endswith("/0"):
        remote = (rule.normalized_cidr,)
    return Rule(rule.direction, version, protocol, None if first is None else (first, last), remote)


def of_version(places: Iterable[str], version: int) -> tuple[str, ...]:
    """These addresses and prefixes that are of one version of IP, in as few words as will do."""
    if version == 4:  # noqa: PLR2004 - IPv4
        four = [IPv4Network(place) for place in places if ":" not in place]
        return tuple(_written(block) for block in collapse_addresses(four))
    six = [IPv6Network(place) for place in places if ":" in place]
    return tuple(_written(block) for block in collapse_addresses(six))


def _written(block: Block) -> str:
    alone = block.prefixlen == block.max_prefixlen
    return str(block.network_address) if alone else str(block)


def plain(rule: Rule) -> dict[str, Any]:
    """As JSON."""
    return {
        "direction": rule.direction,
        "version": rule.version,
        "protocol": rule.protocol,
        "ports": None if rule.ports is None else list(rule.ports),
        "remote": None if rule.remote is None else list(rule.remote),
    }
