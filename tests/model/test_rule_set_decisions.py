"""A compiled rule set decides every packet as security groups and profiles, read naively, do."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address, ip_network
from itertools import product
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cyclades.domain.model.firewall_profile import BUILT_IN
from cyclades.domain.model.ip_protocols import NUMBERS, OF_IPV6, WITH_PORTS, WITH_TYPES, number_of
from cyclades.domain.model.node_document import Documents, Facts, PortFacts, Wire
from cyclades.domain.model.port import Port
from cyclades.domain.model.security_group import SecurityGroupRule
from cyclades.domain.model.security_group_rules import WantedRule, checked

THEN = datetime(2026, 1, 2, tzinfo=UTC)
WIRE = Wire("CUSTOM", "bridged", "br", None, 1500, external=False)
GROUPS = ("a", "b", "c")
PEERS = ("10.0.0.2", "10.0.0.3", "10.1.2.3", "192.0.2.9", "fd00::2", "fd00::3", "2001:db8::9")
PREFIXES = ("10.0.0.0/24", "10.0.0.3", "10.0.0.0/8", "0.0.0.0/0", "fd00::/64", "fd00::3", "::/0")
PROTOCOLS = (*NUMBERS, "6", "17", "1", "58", "132", "200", None)
NAMES = {"tcp": 6, "udp": 17, "icmp": 1, "ipv6-icmp": 58}  # as documents have them
ICMP = {4: 1, 6: 58}
numbers = st.sampled_from((0, 1, 3, 8, 22, 80, 81, 128, 255))


@dataclass(frozen=True)
class Packet:
    """`what` is a port of destination, or a type; `code` is only ICMP's."""

    direction: str
    peer: str
    protocol: int
    what: int
    code: int

    @property
    def version(self) -> int:
        return 6 if ":" in self.peer else 4


@dataclass(frozen=True)
class World:
    """Rules and members of groups, and one port that is in some of them."""

    rules: dict[str, tuple[SecurityGroupRule, ...]]
    members: dict[str, tuple[str, ...]]
    groups: tuple[str, ...]
    profile: str | None = None

    def layers(self) -> list[list[dict[str, Any]]]:
        """As a node reads them."""
        port = replace(PORT, security_groups=self.groups, firewall_profile=self.profile)
        facts = Facts([PortFacts(port, "h", "p", WIRE)], self.rules, self.members)
        layers: list[list[dict[str, Any]]] = Documents(facts, BUILT_IN, "").all()["port"]["layers"]
        return layers


PORT = Port(
    "port",
    "p",
    "n",
    "",
    "",
    "aa:00:00:00:00:01",
    admin_state_up=True,
    status="ACTIVE",
    device_id="s",
    device_owner="compute:nova",
    keep=False,
    port_security_enabled=True,
    allowed_address_pairs=(),
    extra_dhcp_opts=(),
    position=0,
    tag=None,
    tags=(),
    created=THEN,
    updated=THEN,
    version=1,
)


@st.composite
def rules(draw: st.DrawFn) -> SecurityGroupRule:
    """Any that the API would take."""
    said: dict[str, Any] = {"direction": draw(st.sampled_from(("ingress", "egress")))}
    prefix = draw(st.sampled_from((*PREFIXES, None, None)))
    version = draw(st.sampled_from((4, 6))) if prefix is None else 6 if ":" in prefix else 4
    fit = [p for p in PROTOCOLS if p is None or version == 6 or number_of(p) not in OF_IPV6]
    said |= {"ethertype": f"IPv{version}", "protocol": draw(st.sampled_from(fit))}
    number = number_of(said["protocol"]) if said["protocol"] else None
    if number in WITH_PORTS and draw(st.booleans()):
        first, last = sorted((draw(numbers), draw(numbers)))
        said |= {"port_range_min": first, "port_range_max": last}
    if number in WITH_TYPES and draw(st.booleans()):
        said |= {"port_range_min": draw(numbers), "port_range_max": draw(st.none() | numbers)}
    if prefix is None:
        said["remote_group_id"] = draw(st.sampled_from((*GROUPS, "empty", None, None)))
    else:
        said["remote_ip_prefix"] = prefix
    return checked(WantedRule("g", **said), "r", "p", THEN)


some_rules = st.lists(rules(), min_size=1, max_size=3).map(tuple)
some_peers = st.lists(st.sampled_from((*PEERS, "10.1.0.0/16")), max_size=4).map(tuple)
worlds = st.builds(
    World,
    st.fixed_dictionaries(dict.fromkeys(GROUPS, some_rules)),
    st.fixed_dictionaries(dict.fromkeys(GROUPS, some_peers)),
    st.sampled_from((("a",), ("a", "b"), ("b", "c"))),
    st.sampled_from((None, None, "ENABLED", "PROTECTED")),
)


def telling(world: World) -> Iterator[Packet]:
    """Packets that a rule lets by, or nearly."""
    for rule in (rule for group in world.groups for rule in world.rules[group]):
        number = 6 if rule.protocol is None else number_of(rule.protocol)
        first, last = rule.port_range_min, rule.port_range_max
        whats = {each for each in (first, last, 22) if each is not None}
        whats |= {(last or 80) + 1, max((first or 1) - 1, 0)}
        codes = {last or 0, 7} if number in WITH_TYPES else {0}
        directions, protocols = ("ingress", "egress"), {number, ICMP[4], ICMP[6], 17}
        for peer, what, code in product(PEERS, whats, codes):
            yield Packet(rule.direction, peer, number, what, code)
        for direction, protocol in product(directions, protocols):
            yield Packet(direction, PEERS[0], protocol, first or 0, 0)


def let_by(rule: SecurityGroupRule, packet: Packet, world: World) -> bool:
    """What a rule says, word by word."""
    if rule.direction != packet.direction or rule.ethertype != f"IPv{packet.version}":
        return False
    if rule.protocol is not None:
        number = number_of(rule.protocol)
        # "icmp" is each version's own.
        number = ICMP[packet.version] if number in WITH_TYPES else number
        if number != packet.protocol:
            return False
        first, last = rule.port_range_min, rule.port_range_max
        if first is not None and number in WITH_TYPES:
            if packet.what != first or last not in {None, packet.code}:
                return False
        elif first is not None and last is not None and not first <= packet.what <= last:
            return False
    if rule.remote_group_id is not None:
        places = world.members.get(rule.remote_group_id, ())
        return any(inside(packet.peer, place) for place in places)
    return rule.normalized_cidr is None or inside(packet.peer, rule.normalized_cidr)


@cache
def inside(address: str, place: str) -> bool:
    return ip_address(address) in ip_network(place)


def allowed(world: World, packet: Packet) -> bool:
    """By any rule of any group of the port, and by any of the profile."""
    by_groups = any(
        let_by(rule, packet, world) for group in world.groups for rule in world.rules[group]
    )
    profile = BUILT_IN[world.profile or "DISABLED"]
    return by_groups and (
        not profile.filters or any(let_by(rule, packet, world) for rule in profile.rules)
    )


def passes(layers: list[list[dict[str, Any]]], packet: Packet) -> bool:
    """What a node does: every layer has a rule that fits."""
    return all(any(fits(rule, packet) for rule in layer) for layer in layers)


def fits(rule: dict[str, Any], packet: Packet) -> bool:
    """A rule of a document against a packet."""
    protocol, ports, remote = rule["protocol"], rule["ports"], rule["remote"]
    if (rule["direction"], rule["version"]) != (packet.direction, packet.version):
        return False
    if protocol is not None and NAMES.get(protocol, protocol) != packet.protocol:
        return False
    if ports is not None:
        low, high = ports
        if protocol in {"icmp", "ipv6-icmp"}:
            if packet.what != low or high not in {None, packet.code}:
                return False
        elif not low <= packet.what <= high:
            return False
    return remote is None or any(inside(packet.peer, place) for place in remote)


NOBODY = World(dict.fromkeys(GROUPS, ()), dict.fromkeys(GROUPS, ()), ())


@settings(max_examples=100, deadline=None)
@given(world=worlds)
@example(world=NOBODY)
def test_it_decides_as_the_groups_do(world: World) -> None:
    layers = world.layers()
    assert len(layers) == 1 + (world.profile is not None)
    for packet in (*telling(world), Packet("egress", "10.0.0.2", 6, 80, 0)):
        assert passes(layers, packet) == allowed(world, packet), (packet, layers)


def test_the_two_agree_on_something() -> None:
    """Lest both refuse everything."""
    rule = checked(WantedRule("g", "ingress", protocol="tcp", remote_group_id="b"), "r", "p", THEN)
    world = World({"a": (rule,), "b": ()}, {"b": ("10.0.0.2",)}, ("a",))
    for peer, yes in (("10.0.0.2", True), ("10.0.0.3", False)):
        packet = Packet("ingress", peer, 6, 22, 0)
        assert allowed(world, packet) == passes(world.layers(), packet) == yes
    protected = replace(world, profile="PROTECTED")
    for port, yes in ((22, True), (23, False)):
        packet = Packet("ingress", "10.0.0.2", 6, port, 0)
        assert allowed(protected, packet) == passes(protected.layers(), packet) == yes
