"""What ports are protected with: security, groups, address pairs, firewall profiles."""

from typing import Any

import pytest

from tests.web.network.conftest import Network

PROFILE = "SNF:firewall_profile"
PAIR = {"ip_address": "10.0.0.9"}


def refused(net: Network, method: str, path: str, port: dict[str, Any], status: int) -> str:
    answer = net.call(method, path, {"port": port}, status=status)
    return str(answer.json["NeutronError"]["type"])


def test_a_firewall_profile(net: Network) -> None:
    network, _ = net.wired()
    plain = net.make("port", network_id=network["id"])
    assert plain[PROFILE] == "DISABLED"
    port = net.make("port", network_id=network["id"], **{PROFILE: "PROTECTED"})
    path = f"/ports/{port['id']}"
    for said, kept in (
        ("PROTECTED", "PROTECTED"),
        ("ENABLED", "ENABLED"),
        (None, "DISABLED"),
        ("DISABLED", "DISABLED"),
        ("ENABLED", "ENABLED"),
    ):
        changed = net.call("PUT", path, {"port": {PROFILE: said}}, status=200).json["port"]
        assert changed[PROFILE] == kept == net.call("GET", path).json["port"][PROFILE]
    for word, ids in (("ENABLED", [port["id"]]), ("DISABLED", [plain["id"]]), ("no", [])):
        assert net.ids(f"/ports?{PROFILE}={word}") == ids
    both = net.ids(f"/ports?{PROFILE}=ENABLED&{PROFILE}=DISABLED")
    assert set(both) == {port["id"], plain["id"]}


def test_a_profile_that_there_is_not(net: Network) -> None:
    network, _ = net.wired()
    port = net.make("port", network_id=network["id"])
    for method, path, more in (
        ("POST", "/ports", {"network_id": network["id"]}),
        ("PUT", f"/ports/{port['id']}", {}),
    ):
        for name in ("enabled", "", "x" * 65, 7, ["ENABLED"]):
            assert refused(net, method, path, more | {PROFILE: name}, 400) == "HTTPBadRequest"


WITHOUT_SECURITY: list[tuple[dict[str, Any], str]] = [
    ({"security_groups": ["default"]}, "PortSecurityPortHasSecurityGroup"),
    (
        {"security_groups": [], "allowed_address_pairs": [PAIR]},
        "AddressPairAndPortSecurityRequired",
    ),
    ({"security_groups": [], PROFILE: "ENABLED"}, "PortSecurityPortHasFirewallProfile"),
]


@pytest.mark.parametrize(("more", "error"), WITHOUT_SECURITY)
def test_what_means_nothing_without_port_security(
    net: Network, more: dict[str, Any], error: str
) -> None:
    network, _ = net.wired()
    without: dict[str, Any] = {"port_security_enabled": False}
    wanted = {"network_id": network["id"]} | more | without
    assert refused(net, "POST", "/ports", wanted, 409) == error
    port = net.make("port", network_id=network["id"], **more)
    path = f"/ports/{port['id']}"
    assert refused(net, "PUT", path, without, 409) == error
    assert net.call("GET", path).json["port"] == port
    bare = net.make("port", network_id=network["id"], **without)
    assert refused(net, "PUT", f"/ports/{bare['id']}", more, 409) == error
    both: dict[str, Any] = {
        "security_groups": [],
        "allowed_address_pairs": [],
        PROFILE: None,
    } | without
    net.call("PUT", path, {"port": both}, status=200)
    net.call("PUT", path, {"port": more | {"port_security_enabled": True}}, status=200)


def test_address_pairs(net: Network) -> None:
    network, _ = net.wired()
    pairs = [PAIR, {"ip_address": "10.9.1.0/16", "mac_address": "AA:bb:cc:00:11:22"}]
    port = net.make("port", network_id=network["id"], allowed_address_pairs=pairs)
    assert port["allowed_address_pairs"] == [
        PAIR | {"mac_address": port["mac_address"]},
        {"ip_address": "10.9.0.0/16", "mac_address": "aa:bb:cc:00:11:22"},
    ]
    path = f"/ports/{port['id']}"
    for wrong, error in (
        ([PAIR, PAIR], "DuplicateAddressPairInRequest"),
        ([{"ip_address": "nonsense"}], "HTTPBadRequest"),
        ([{"mac_address": "aa:bb:cc:00:11:22"}], "HTTPBadRequest"),
        ([PAIR | {"mac_address": "x"}], "HTTPBadRequest"),
        ([{"ip_address": f"10.0.0.{number}"} for number in range(11)], "HTTPBadRequest"),
    ):
        assert refused(net, "PUT", path, {"allowed_address_pairs": wrong}, 400) == error
    emptied = net.call("PUT", path, {"port": {"allowed_address_pairs": []}}, status=200)
    assert emptied.json["port"]["allowed_address_pairs"] == []


@pytest.mark.parametrize(
    "more", [{"port_security_enabled": False}, {"allowed_address_pairs": [PAIR]}]
)
def test_nobody_weakens_a_network_of_others(net: Network, more: dict[str, Any]) -> None:
    network = net.make("network", token="admin", shared=True)
    own = {"network_id": network["id"]}
    less = {"security_groups": []} | more
    answer = net.call("POST", "/ports", {"port": own | less}, token="other", status=403)
    assert answer.json["NeutronError"]["type"] == "PolicyNotAuthorized"
    port = net.make("port", token="other", **own)
    path = f"/ports/{port['id']}"
    net.call("PUT", path, {"port": less}, token="other", status=403)
    net.call("PUT", path, {"port": less}, token="admin", status=200)


def test_a_name_in_dns(net: Network) -> None:
    network, _ = net.wired()
    port = net.make("port", network_id=network["id"])
    assert (port["dns_name"], port["dns_assignment"]) == (
        "",
        [
            {
                "ip_address": "10.77.0.2",
                "hostname": "host-10-77-0-2",
                "fqdn": "host-10-77-0-2.openstacklocal.",
            }
        ],
    )
    path = f"/ports/{port['id']}"
    named = net.call("PUT", path, {"port": {"dns_name": "web"}}, status=200).json["port"]
    (assigned,) = named["dns_assignment"]
    assert (named["dns_name"], assigned["fqdn"]) == ("web", "web.openstacklocal.")
    assert net.ids("/ports?dns_name=web") == [port["id"]]
    for wrong in ("-a", "a-", "a.b", "a b", "a" * 64, "\u00e9", 1):
        assert refused(net, "PUT", path, {"dns_name": wrong}, 400) == "HTTPBadRequest"
    made = net.make("port", network_id=network["id"], dns_name="db")
    assert made["dns_name"] == "db"
    assert net.call("GET", "/extensions/dns-integration").status_int == 200


def test_profiles_are_shown_with_their_rules(net: Network) -> None:
    found = net.call("GET", "/firewall-profiles", status=200).json["firewall_profiles"]
    assert [(each["name"], each["filters"]) for each in found] == [
        ("DISABLED", False),
        ("ENABLED", True),
        ("PROTECTED", True),
    ]
    assert found[1]["rules"] == [
        {
            "direction": "egress",
            "ethertype": ethertype,
            "protocol": None,
            "port_range_min": None,
            "port_range_max": None,
            "remote_ip_prefix": None,
        }
        for ethertype in ("IPv4", "IPv6")
    ]
    one = net.call("GET", "/firewall-profiles/PROTECTED", status=200).json["firewall_profile"]
    assert one == found[2]
    missing = net.call("GET", "/firewall-profiles/no", status=404).json["NeutronError"]
    assert missing["type"] == "FirewallProfileNotFound"
