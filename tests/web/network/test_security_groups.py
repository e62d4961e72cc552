"""/security-groups and /security-group-rules."""

from typing import Any

from tests.harness.api import PROJECT
from tests.web.golden import differences, exchange
from tests.web.network.conftest import Network

GROUPS, RULES = "/network/v2.0/security-groups", "/network/v2.0/security-group-rules"
SSH = {"direction": "ingress", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22}
# The reference answers with ids of its own database's in rules inside groups.
THEIR_OWN = (".standard_attr_id is missing", ".tags is missing")


def unlike(request: str, ours: Any, status: int = 200) -> list[str]:
    found = differences(exchange(request, status=status).answer, ours)
    return [each for each in found if not each.endswith(THEIR_OWN)]


def rule(group: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"security_group_rule": {"security_group_id": group["id"], **SSH, **more}}


def test_in_their_shape(net: Network) -> None:
    recorded = exchange(f"POST {GROUPS}", status=201)
    made = net.call("POST", "/security-groups", recorded.body, status=201).json
    assert unlike(f"POST {GROUPS}", made, 201) == []
    group = made["security_group"]
    shown = net.call("GET", f"/security-groups/{group['id']}").json
    assert unlike(f"GET {GROUPS}/{{id}}", shown) == []
    added = net.call("POST", "/security-group-rules", rule(group), status=201).json
    assert unlike(f"POST {RULES}", added, 201) == []
    twice = net.call("POST", "/security-group-rules", rule(group), status=409).json
    assert twice["NeutronError"]["type"] == "SecurityGroupRuleExists"
    assert added["security_group_rule"]["id"] in twice["NeutronError"]["message"]
    assert unlike(f"GET {GROUPS}", net.call("GET", "/security-groups").json) == []


def test_a_new_one_lets_everything_out(net: Network) -> None:
    group = net.make("security_group", name="g")
    rules = group["security_group_rules"]
    assert [(each["direction"], each["ethertype"]) for each in rules] == [
        ("egress", "IPv4"),
        ("egress", "IPv6"),
    ]


def test_the_default_one_is_there_before_it_is_stored(each_net: Network) -> None:
    net = each_net
    (group,) = net.call("GET", "/security-groups").json["security_groups"]
    rules = net.call("GET", "/security-group-rules").json["security_group_rules"]
    assert (group["name"], len(rules)) == ("default", 4)
    path = f"/security-groups/{group['id']}"
    assert net.call("GET", path).json["security_group"] == group
    one = f"/security-group-rules/{rules[3]['id']}"
    assert net.call("GET", one).json["security_group_rule"] == rules[3]
    assert net.ids("/security-groups?name=default") == [group["id"]]
    for none in ("name=other", "tags=x", "limit=1&marker=" + group["id"]):
        assert net.ids(f"/security-groups?{none}") == []
    assert len(net.ids(f"/security-group-rules?limit=3&marker={rules[1]['id']}")) == 2
    assert net.refused("GET", path, None, 404, token="other") == "SecurityGroupNotFound"
    net.make("security_group", name="another")
    stored = net.call("GET", path).json["security_group"]
    assert stored["created_at"]
    keys = ("id", "name", "description", "project_id")
    assert {key: stored[key] for key in keys} == {key: group[key] for key in keys}
    assert {each["id"] for each in stored["security_group_rules"]} == {r["id"] for r in rules}
    assert len(net.ids("/security-groups")) == 2


def test_the_default_one_can_be_written_to_before_it_is_stored(net: Network) -> None:
    (group,) = net.call("GET", "/security-groups").json["security_groups"]
    net.call("POST", "/security-group-rules", rule(group), status=201)
    path = f"/security-groups/{group['id']}"
    assert len(net.call("GET", path).json["security_group"]["security_group_rules"]) == 5
    given = group["security_group_rules"][0]["id"]
    net.call("DELETE", f"/security-group-rules/{given}", status=204)
    assert net.refused("GET", f"/security-group-rules/{given}", None, 404)
    described = net.call("PUT", path, {"security_group": {"description": "d"}}, status=200)
    assert described.json["security_group"]["description"] == "d"


def test_the_default_one_keeps_its_name_and_stays(net: Network) -> None:
    (group,) = net.call("GET", "/security-groups").json["security_groups"]
    path = f"/security-groups/{group['id']}"
    named = {"security_group": {"name": "other"}}
    assert net.refused("PUT", path, named, 409) == "SecurityGroupCannotUpdateDefault"
    assert net.refused("DELETE", path, None, 409) == "SecurityGroupCannotRemoveDefault"
    again = {"security_group": {"name": "default"}}
    net.refused("POST", "/security-groups", again, 409)


def test_update(net: Network) -> None:
    group = net.make("security_group", name="a", description="d")
    path = f"/security-groups/{group['id']}"
    body = {"security_group": {"name": "b", "stateful": True}}
    changed = net.call("PUT", path, body, status=200).json["security_group"]
    assert (changed["name"], changed["description"], changed["stateful"]) == ("b", "d", True)
    stale = {"If-Match": "revision_number=1"}
    net.call("PUT", path, body, headers=stale, status=412)
    net.call("DELETE", path, headers=stale, status=412)


def test_there_are_no_stateless_ones(net: Network) -> None:
    stateless = {"security_group": {"stateful": False}}
    assert net.refused("POST", "/security-groups", stateless, 400) == "HTTPBadRequest"
    path = f"/security-groups/{net.make('security_group')['id']}"
    assert net.refused("PUT", path, stateless, 400) == "HTTPBadRequest"
    assert net.call("GET", path).json["security_group"]["stateful"]


def test_several_rules_at_once_or_none(net: Network) -> None:
    group = net.make("security_group")
    several = [rule(group, port_range_max=port)["security_group_rule"] for port in (22, 23, 23, 24)]
    where, mine = "/security-group-rules", f"?security_group_id={group['id']}"
    refused = net.refused("POST", where, {"security_group_rules": several}, 409)
    assert refused == "SecurityGroupRuleExists"
    assert len(net.ids(where + mine)) == 2
    made = net.call("POST", where, {"security_group_rules": several[1:3:2]}, status=201).json
    assert [each["port_range_max"] for each in made["security_group_rules"]] == [23]


def test_a_protocol_s_name_and_number_say_the_same(net: Network) -> None:
    group = net.make("security_group")
    net.call("POST", "/security-group-rules", rule(group, protocol="tcp"), status=201)
    for again in ("6", 6, "TCP"):
        body = rule(group, protocol=again)
        assert net.refused("POST", "/security-group-rules", body, 409) == "SecurityGroupRuleExists"


def test_it_stays_while_it_is_used(net: Network) -> None:
    network, _ = net.wired()
    group = net.make("security_group")
    path = f"/security-groups/{group['id']}"
    port = net.make("port", network_id=network["id"], security_groups=[group["id"]])
    assert net.refused("DELETE", path, None, 409) == "SecurityGroupInUse"
    net.call("DELETE", f"/ports/{port['id']}", status=204)
    net.call("DELETE", path, status=204)
    quotas = net.api.call("GET", f"/network/v2.0/quotas/{PROJECT}/details.json").json["quota"]
    names = ("security_group", "security_group_rule")
    assert [quotas[name]["used"] for name in names] == [0, 0]


ACCEPTED: dict[str, dict[str, Any]] = {
    "a number": {"protocol": 6},
    "any": {"protocol": "any", "port_range_min": None, "port_range_max": None},
    "null": {"protocol": None, "port_range_min": None, "port_range_max": None, "ethertype": "IPv6"},
    "icmp type and code": {"protocol": "icmp", "port_range_min": 8, "port_range_max": 0},
    "capitals": {"protocol": "TCP", "ethertype": "ipv6"},
    "an address": {"remote_ip_prefix": "10.0.0.1", "remote_address_group_id": None},
    "out": {"direction": "egress"},
    "every port": {"port_range_min": 0, "port_range_max": 65535},
}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "backwards": ({"port_range_min": 30, "port_range_max": 20}, "SecurityGroupInvalidPortRange"),
    "half": ({"port_range_max": None}, "SecurityGroupInvalidPortRange"),
    "no such port": ({"port_range_max": 65536}, "SecurityGroupInvalidPortValue"),
    "no such protocol": ({"protocol": "smoke"}, "SecurityGroupRuleInvalidProtocol"),
    "no such number": ({"protocol": 256}, "SecurityGroupRuleInvalidProtocol"),
    "huge number": ({"protocol": 2**62}, "SecurityGroupRuleInvalidProtocol"),
    "ports of what has none": ({"protocol": "gre"}, "SecurityGroupInvalidProtocolForPort"),
    "ports of anything": ({"protocol": None}, "SecurityGroupProtocolRequiredWithPorts"),
    "no such type": ({"protocol": "icmp", "port_range_min": 256}, "SecurityGroupInvalidIcmpValue"),
    "code alone": (
        {"protocol": "icmp", "port_range_min": None},
        "SecurityGroupMissingIcmpType",
    ),
    "direction": ({"direction": "up"}, "HTTPBadRequest"),
    "ethertype": ({"ethertype": "IPX"}, "SecurityGroupRuleInvalidEtherType"),
    "no prefix": ({"remote_ip_prefix": "x"}, "HTTPBadRequest"),
    "the other version": ({"remote_ip_prefix": "::/0"}, "SecurityGroupRuleParameterConflict"),
    "both": (
        {"remote_ip_prefix": "10.0.0.0/8", "remote_group_id": "x"},
        "SecurityGroupRemoteGroupAndRemoteIpPrefix",
    ),
    "only IPv6 has it": (
        {"protocol": "icmpv6", "port_range_min": 1, "port_range_max": None},
        "SecurityGroupEthertypeConflictWithProtocol",
    ),
    "an address group": ({"remote_address_group_id": "x"}, "HTTPBadRequest"),
    "unknown": ({"colour": "blue"}, "HTTPBadRequest"),
}


def test_what_a_rule_may_say(net: Network) -> None:
    group = net.make("security_group")
    for attributes in ACCEPTED.values():
        net.call("POST", "/security-group-rules", rule(group, **attributes), status=201)


def test_what_a_rule_may_not_say(net: Network) -> None:
    group = net.make("security_group")
    for name, (attributes, type_) in REFUSED.items():
        body = rule(group, **attributes)
        assert net.refused("POST", "/security-group-rules", body, 400) == type_, name
    assert len(net.ids(f"/security-group-rules?security_group_id={group['id']}")) == 2


def test_members_of_a_group(net: Network) -> None:
    group, other = net.make("security_group"), net.make("security_group")
    body = rule(group, remote_group_id=other["id"])
    made = net.call("POST", "/security-group-rules", body, status=201).json
    assert made["security_group_rule"]["remote_group_id"] == other["id"]
    path = f"/security-groups/{other['id']}"
    net.call("DELETE", path, status=204)
    rules = net.ids(f"/security-group-rules?security_group_id={group['id']}&direction=ingress")
    assert rules == [], "a rule goes with the group that it names"


def test_what_is_another_s_looks_like_what_is_not(net: Network) -> None:
    group = net.make("security_group")
    mine = net.make("security_group", token="other")
    for named in (group["id"], "no"):
        path = f"/security-groups/{named}"
        for method, sent in (("GET", None), ("PUT", {"security_group": {}}), ("DELETE", None)):
            assert net.refused(method, path, sent, 404, token="other") == "SecurityGroupNotFound"
        for body in (rule({"id": named}), rule(mine, remote_group_id=named)):
            where = "/security-group-rules"
            assert net.refused("POST", where, body, 404, token="other") == "SecurityGroupNotFound"
    for named in (group["security_group_rules"][0]["id"], "no"):
        path = f"/security-group-rules/{named}"
        for method in ("GET", "DELETE"):
            type_ = net.refused(method, path, None, 404, token="other")
            assert type_ == "SecurityGroupRuleNotFound"
