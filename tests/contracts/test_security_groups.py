"""What any SecurityGroupRepository does."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network_errors import SecurityGroupInUse, SecurityGroupRuleExists
from cyclades.domain.model.security_group import SecurityGroupRule, default_group, open_rule
from tests.contracts.network_rows import ALL, MINE, THEIRS, THEN, Rows


@pytest.fixture
def rows(connection: Connection) -> Rows:
    return Rows(connection)


def rule(id: str, group: str = "sg", **more: object) -> SecurityGroupRule:
    return replace(open_rule(id, group, "mine", "egress", "IPv4", THEN), **more)  # type: ignore[arg-type]  # as each test says


def test_what_goes_in_comes_out_with_its_rules(rows: Rows) -> None:
    first = rule("r1", protocol="tcp", port_range_min=1, port_range_max=2, description="d")
    group = rows.group(rules=(first, rule("r2", remote_ip_prefix="10.0.0.0/8")), tags=("t",))
    assert rows.groups.get("sg") == group
    assert rows.groups.list(Listing(ALL)) == [group]
    assert rows.groups.get_rule("r1") == first


def test_unknown_is_not_found(rows: Rows) -> None:
    rows.group()
    for verb in (
        lambda: rows.groups.get("no"),
        lambda: rows.groups.get_rule("no"),
        lambda: rows.groups.add_rule(rule("r", "no")),
        lambda: rows.groups.add_rule(rule("r", remote_group_id="no")),
        lambda: rows.groups.list(Listing(ALL, marker="no")),
        lambda: rows.groups.list_rules(Listing(ALL, marker="no")),
    ):
        with pytest.raises(NotFound):
            verb()


def test_a_default_group_is_made_once(rows: Rows) -> None:
    group = default_group("mine", THEN)
    assert rows.groups.ensure(group)
    assert not rows.groups.ensure(replace(group, name="twin"))
    stored = rows.groups.get(group.id)
    assert (stored.name, len(stored.rules)) == ("default", 4)


def test_a_version_is_saved_once(rows: Rows) -> None:
    changed = replace(rows.group(), name="new", version=2)
    rows.groups.save(changed)
    assert rows.groups.get("sg") == changed
    with pytest.raises(StaleVersion):
        rows.groups.save(changed)


def test_by_id_or_name_within_a_project(rows: Rows) -> None:
    rows.group("a", name="web")
    rows.group("b", name="web")
    rows.group("c", name="web", project_id="theirs")
    assert [group.id for group in rows.groups.named("mine", ["web"])] == ["a", "b"]
    assert [group.id for group in rows.groups.named("mine", ["b", "c", "no"])] == ["b"]


def test_rules_that_say_the_same_are_one(rows: Rows) -> None:
    rows.group()
    rows.groups.add_rule(rule("r1", remote_ip_prefix="10.0.0.0/8"))
    with pytest.raises(SecurityGroupRuleExists, match="r1"):
        rows.groups.add_rule(rule("r2", remote_ip_prefix="10.0.0.1/8", description="other"))
    rows.groups.add_rule(rule("r3", remote_ip_prefix="10.0.0.0/8", ethertype="IPv6"))
    rows.groups.remove_rule("r1")
    rows.groups.add_rule(rule("r2", remote_ip_prefix="10.0.0.0/8"))
    assert [each.id for each in rows.groups.get("sg").rules] == ["r2", "r3"]


def test_a_group_stays_while_it_is_used(rows: Rows) -> None:
    rows.network()
    rows.group("used")
    rows.group("named")
    rows.group("free", rules=(rule("r", "free", remote_group_id="free"),))
    rows.port(security_groups=("used",))
    rows.group("sg", rules=(rule("r2", remote_group_id="named"),))
    for group in ("used", "named"):
        with pytest.raises(SecurityGroupInUse):
            rows.groups.remove(group)
    for group in ("free", "sg", "named"):
        rows.groups.remove(group)
    assert [group.id for group in rows.groups.list(Listing(ALL))] == ["used"]


def test_lists_are_the_project_s_own(rows: Rows) -> None:
    rows.group("a", rules=(rule("r1", "a"),))
    rows.group("b", project_id="theirs", rules=(rule("r2", "b", project_id="theirs"),))
    for scope, groups, rules in ((MINE, ["a"], ["r1"]), (THEIRS, ["b"], ["r2"])):
        assert [group.id for group in rows.groups.list(Listing(scope))] == groups
        assert [each.id for each in rows.groups.list_rules(Listing(scope))] == rules
    only = Listing(ALL, {"security_group_id": ("b",), "direction": ("egress",)})
    assert [each.id for each in rows.groups.list_rules(only)] == ["r2"]
