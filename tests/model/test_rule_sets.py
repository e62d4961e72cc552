"""Rules of security groups as nodes get them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.ip_protocols import NUMBERS
from cyclades.domain.model.rule_set import Rule, layer_of, of_version, plain
from cyclades.domain.model.security_group import SecurityGroupRule, default_group
from cyclades.domain.model.security_group_errors import SecurityGroupEthertypeConflictWithProtocol
from cyclades.domain.model.security_group_rules import WantedRule, checked

THEN = datetime(2026, 1, 2, tzinfo=UTC)


def a_rule(**said: Any) -> SecurityGroupRule:
    return checked(WantedRule("g", **({"direction": "ingress"} | said)), "r", "p", THEN)


@pytest.mark.parametrize(
    ("said", "compiled"),
    [
        ({}, Rule("ingress", 4)),
        ({"ethertype": "IPv6", "direction": "egress"}, Rule("egress", 6)),
        ({"protocol": "any"}, Rule("ingress", 4)),
        ({"protocol": "TCP"}, Rule("ingress", 4, "tcp")),
        ({"protocol": "6"}, Rule("ingress", 4, "tcp")),
        ({"protocol": "icmp", "ethertype": "IPv6"}, Rule("ingress", 6, "ipv6-icmp")),
        ({"protocol": "icmpv6", "ethertype": "IPv6"}, Rule("ingress", 6, "ipv6-icmp")),
        ({"protocol": "1"}, Rule("ingress", 4, "icmp")),
        ({"protocol": "vrrp"}, Rule("ingress", 4, 112)),
        ({"protocol": "47"}, Rule("ingress", 4, 47)),
        (
            {"protocol": "sctp", "port_range_min": 1, "port_range_max": 9},
            Rule("ingress", 4, 132, (1, 9)),
        ),
        ({"protocol": "icmp", "port_range_min": 8}, Rule("ingress", 4, "icmp", (8, None))),
        (
            {"protocol": "icmp", "port_range_min": 3, "port_range_max": 4},
            Rule("ingress", 4, "icmp", (3, 4)),
        ),
        (
            {"remote_ip_prefix": "10.1.2.3/8"},
            Rule("ingress", 4, remote=("10.0.0.0/8",)),
        ),
        ({"remote_ip_prefix": "0.0.0.0/0"}, Rule("ingress", 4)),
        ({"remote_ip_prefix": "::/0", "ethertype": "IPv6"}, Rule("ingress", 6)),
        ({"remote_group_id": "far"}, Rule("ingress", 4, remote=("10.0.0.2", "10.1.0.0/16"))),
        (
            {"remote_group_id": "far", "ethertype": "IPv6"},
            Rule("ingress", 6, remote=("fd00::2",)),
        ),
        ({"remote_group_id": "empty"}, Rule("ingress", 4, remote=())),
    ],
)
def test_a_rule(said: Any, compiled: Rule) -> None:
    members = {"far": ["10.1.0.0/16", "fd00::2", "10.0.0.2", "10.0.0.2/32"]}
    assert layer_of([a_rule(**said)], members) == (compiled,)


def test_the_order_of_rules_says_nothing_and_twins_are_one() -> None:
    rules = [
        *default_group("p", THEN).rules,
        a_rule(protocol="tcp", port_range_min=80, port_range_max=80),
        a_rule(protocol="icmp", port_range_min=8),
        a_rule(protocol="icmp", port_range_min=8, port_range_max=0),
        a_rule(protocol="112"),
        a_rule(protocol="vrrp"),
    ]
    layer = layer_of(rules, {})
    assert layer == layer_of([*reversed(rules), *rules], {})
    assert len(layer) == 8
    assert layer_of([replace(rule, id="x") for rule in rules], {}) == layer


def test_places_by_version_in_few_words() -> None:
    places = ["10.0.0.10", "fd00::1", "10.0.0.9", "10.0.0.9/32", "10.0.1.0/24", "10.0.1.7"]
    assert of_version(places, 4) == ("10.0.0.9", "10.0.0.10", "10.0.1.0/24")
    assert of_version(places, 6) == ("fd00::1",)
    many = [f"10.0.0.{number}" for number in range(2, 256)]
    assert of_version(many, 4) == (
        *("10.0.0.2/31", "10.0.0.4/30", "10.0.0.8/29", "10.0.0.16/28"),
        *("10.0.0.32/27", "10.0.0.64/26", "10.0.0.128/25"),
    )


def test_as_json() -> None:
    assert plain(Rule("ingress", 4, "icmp", (8, None), ("10.0.0.1",))) == {
        "direction": "ingress",
        "version": 4,
        "protocol": "icmp",
        "ports": [8, None],
        "remote": ["10.0.0.1"],
    }


@pytest.mark.parametrize("protocol", ["ipv6-icmp", "icmpv6", "58", "ipv6-frag", "44"])
def test_what_only_ipv6_has(protocol: str) -> None:
    with pytest.raises(SecurityGroupEthertypeConflictWithProtocol):
        a_rule(protocol=protocol)
    assert a_rule(protocol=protocol, ethertype="IPv6").protocol == protocol


@pytest.mark.parametrize("protocol", sorted(NUMBERS))
def test_every_protocol_by_name_and_number(protocol: str) -> None:
    layers = [
        layer_of([a_rule(protocol=said, ethertype="IPv6")], {})
        for said in (protocol, str(NUMBERS[protocol]))
    ]
    assert layers[0] == layers[1] != layer_of([a_rule(ethertype="IPv6")], {})


@pytest.mark.parametrize("protocol", ["256", "-2", "nonsense", "6.0", "\u0661"])
def test_what_is_no_protocol(protocol: str) -> None:
    with pytest.raises(InvalidInput):
        a_rule(protocol=protocol)
