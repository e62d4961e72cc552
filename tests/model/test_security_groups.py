"""Default groups, and rules that say the same."""

from dataclasses import replace
from datetime import UTC, datetime

from cyclades.domain.model.security_group import default_group, default_group_id, open_rule

THEN = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_default_group_follows_from_its_project() -> None:
    first, again = default_group("p", None), default_group("p", None)
    assert first == again
    assert first.id == default_group_id("p") != default_group_id("q")
    assert len({rule.id for rule in first.rules}) == 4
    assert all(rule.of_default_group for rule in first.rules)


def test_it_lets_everything_out_and_its_members_in() -> None:
    group = default_group("p", THEN)
    said = [(rule.direction, rule.ethertype, rule.remote_group_id) for rule in group.rules]
    assert said == [
        ("egress", "IPv4", None),
        ("egress", "IPv6", None),
        ("ingress", "IPv4", group.id),
        ("ingress", "IPv6", group.id),
    ]


def test_signatures_see_what_is_said_and_nothing_else() -> None:
    rule = open_rule("r", "g", "p", "egress", "IPv4", THEN)
    same = replace(rule, id="x", description="d", version=7)
    assert rule.signature == same.signature
    prefixed = replace(rule, remote_ip_prefix="10.1.0.0/8")
    assert prefixed.signature == replace(rule, remote_ip_prefix="10.0.0.0/8").signature
    changes = (
        {"protocol": "tcp"},
        {"port_range_min": 1},
        {"port_range_max": 1},
        {"remote_group_id": "g"},
        {"ethertype": "IPv6"},
        {"direction": "ingress"},
    )
    signatures = {replace(rule, **change).signature for change in changes}
    assert len(signatures | {rule.signature, prefixed.signature}) == 8
