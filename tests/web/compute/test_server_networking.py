"""What compute's own actions change of a server's ports, and the network service behind them."""

from typing import Any

import pytest

from cyclades.domain.model.port import MOST_ADDRESSES
from tests.harness.compute import NEWEST, SERVERS, Cloud

COMPUTE, NETWORK = "/compute/v2.1", "/network/v2.0"


def private(cloud: Cloud, cidr: str = "10.5.0.0/24") -> str:
    made = cloud.call("POST", f"{NETWORK}/networks", {"network": {}}, status=201)
    network_id: str = made.json["network"]["id"]
    subnet = {"network_id": network_id, "cidr": cidr, "ip_version": 4}
    cloud.call("POST", f"{NETWORK}/subnets", {"subnet": subnet}, status=201)
    return network_id


def act(cloud: Cloud, server_id: str, status: int, version: str | None = None, **body: Any) -> Any:
    url = f"{SERVERS}/{server_id}/action"
    return cloud.call("POST", url, body, version=version, status=status)


def ports_of(cloud: Cloud, server_id: str) -> list[dict[str, Any]]:
    url = f"{NETWORK}/ports?device_id={server_id}"
    found: list[dict[str, Any]] = cloud.call("GET", url, status=200).json["ports"]
    return found


def addresses_of(cloud: Cloud, server_id: str) -> list[str]:
    return [ip["ip_address"] for port in ports_of(cloud, server_id) for ip in port["fixed_ips"]]


def test_a_group_is_put_on_all_ports_and_taken_off(cloud: Cloud) -> None:
    on = {"uuid": private(cloud)}
    server_id = cloud.active(networks=[on, on])
    url = f"{NETWORK}/security-groups"
    made = cloud.call("POST", url, {"security_group": {"name": "web"}}, status=201)
    group = made.json["security_group"]["id"]
    for name in ("web", group):  # by name or id, and again is as well
        act(cloud, server_id, 202, NEWEST, addSecurityGroup={"name": name})
        assert [group in port["security_groups"] for port in ports_of(cloud, server_id)] == [
            True,
            True,
        ]
    assert cloud.show(server_id)["security_groups"] == [{"name": "default"}, {"name": "web"}]
    act(cloud, server_id, 202, NEWEST, removeSecurityGroup={"name": "web"})
    assert cloud.show(server_id)["security_groups"] == [{"name": "default"}]
    act(cloud, server_id, 404, NEWEST, removeSecurityGroup={"name": "web"})
    act(cloud, server_id, 404, NEWEST, addSecurityGroup={"name": "nope"})
    act(cloud, server_id, 400, NEWEST, addSecurityGroup={})
    act(cloud, "nope", 404, NEWEST, addSecurityGroup={"name": "web"})
    bare = cloud.active(networks="none")
    act(cloud, bare, 400, NEWEST, addSecurityGroup={"name": "web"})


def test_an_address_more_and_less(cloud: Cloud) -> None:
    network_id = private(cloud)
    server_id = cloud.active(networks=[{"uuid": network_id}])
    act(cloud, server_id, 202, addFixedIp={"networkId": network_id})
    assert addresses_of(cloud, server_id) == ["10.5.0.2", "10.5.0.3"]
    act(cloud, server_id, 202, removeFixedIp={"address": "10.5.0.2"})
    assert addresses_of(cloud, server_id) == ["10.5.0.3"]
    (shown,) = cloud.show(server_id)["addresses"].values()
    assert [entry["addr"] for entry in shown] == ["10.5.0.3"]
    act(cloud, server_id, 400, removeFixedIp={"address": "10.5.0.2"})
    act(cloud, server_id, 400, addFixedIp={"networkId": cloud.network})
    act(cloud, server_id, 404, "2.44", addFixedIp={"networkId": network_id})
    act(cloud, server_id, 404, "2.44", removeFixedIp={"address": "10.5.0.3"})


def test_addresses_of_a_port_are_few(cloud: Cloud) -> None:
    network_id = private(cloud)
    server_id = cloud.active(networks=[{"uuid": network_id}])
    (port,) = ports_of(cloud, server_id)
    most = {"fixed_ips": [{"ip_address": f"10.5.0.{n}"} for n in range(10, 10 + MOST_ADDRESSES)]}
    cloud.call("PUT", f"{NETWORK}/ports/{port['id']}", {"port": most}, status=200)
    act(cloud, server_id, 400, addFixedIp={"networkId": network_id})
    act(cloud, server_id, 202, removeFixedIp={"address": "10.5.0.10"})
    act(cloud, server_id, 202, addFixedIp={"networkId": network_id})
    assert len(addresses_of(cloud, server_id)) == MOST_ADDRESSES


def test_a_plugged_port_has_the_addresses_that_its_owner_says(cloud: Cloud) -> None:
    network_id = private(cloud)
    server_id = cloud.active(networks=[{"uuid": network_id}])
    (port,) = ports_of(cloud, server_id)
    wanted = [{"ip_address": "10.5.0.77"}, {"ip_address": "10.5.0.2"}]
    url = f"{NETWORK}/ports/{port['id']}"
    changed = cloud.call("PUT", url, {"port": {"fixed_ips": wanted}}, status=200).json["port"]
    assert [ip["ip_address"] for ip in changed["fixed_ips"]] == ["10.5.0.2", "10.5.0.77"]
    for fixed in ({"mac_address": "02:00:00:00:00:01"}, {"device_id": ""}):
        assert cloud.call("PUT", url, {"port": fixed}, token="admin").status_int == 409


def test_the_firewall_profile_of_an_interface(cloud: Cloud) -> None:
    server_id = cloud.active()
    (port,) = ports_of(cloud, server_id)
    told = {"profile": "PROTECTED", "nic": port["id"]}
    act(cloud, server_id, 202, NEWEST, firewallProfile=told)
    (port,) = ports_of(cloud, server_id)
    assert port["SNF:firewall_profile"] == "PROTECTED"
    act(cloud, server_id, 400, NEWEST, firewallProfile=told | {"profile": "NONE SUCH"})
    act(cloud, server_id, 404, NEWEST, firewallProfile=told | {"nic": "nope"})
    act(cloud, server_id, 400, NEWEST, firewallProfile={"nic": port["id"]})


def test_security_groups_as_compute_had_them(cloud: Cloud) -> None:
    url = f"{COMPUTE}/os-security-groups"
    body = {"security_group": {"name": " web ", "description": "d"}}
    made = cloud.call("POST", url, body, status=200).json["security_group"]
    assert (made["name"], made["description"], made["rules"]) == (" web ", "d", [])
    asked = {"parent_group_id": made["id"], "ip_protocol": "tcp", "from_port": 22, "to_port": "22"}
    rules = f"{COMPUTE}/os-security-group-rules"
    rule = cloud.call("POST", rules, {"security_group_rule": asked}, status=200).json
    one = rule["security_group_rule"]
    assert one == {
        "id": one["id"],
        "parent_group_id": made["id"],
        "ip_protocol": "tcp",
        "from_port": 22,
        "to_port": 22,
        "group": {},
        "ip_range": {"cidr": "0.0.0.0/0"},
    }
    listed = cloud.call("GET", url, status=200).json["security_groups"]
    assert [group["name"] for group in listed if group["rules"] == [one]] == [" web "]
    for wrong, status in (
        (asked, 400),  # it is there already
        (asked | {"ip_protocol": None}, 400),
        (asked | {"to_port": 21}, 400),
        (asked | {"from_port": 65536}, 400),
        (asked | {"cidr": "nonsense"}, 400),
        (asked | {"parent_group_id": "nope"}, 400),
        (asked | {"parent_group_id": "11111111-2222-4333-8444-555555555555"}, 404),
    ):
        cloud.call("POST", rules, {"security_group_rule": wrong}, status=status)


def test_rules_and_changes_of_groups_as_compute_had_them(cloud: Cloud) -> None:
    url, rules = f"{COMPUTE}/os-security-groups", f"{COMPUTE}/os-security-group-rules"
    body = {"security_group": {"name": " web ", "description": "d"}}
    made = cloud.call("POST", url, body, status=200).json["security_group"]
    pings = {"parent_group_id": made["id"], "ip_protocol": "ICMP", "from_port": -1, "to_port": -1}
    peers = {"parent_group_id": made["id"], "group_id": made["id"]}
    shown = [
        cloud.call("POST", rules, {"security_group_rule": each}, status=200).json
        for each in (pings, peers)
    ]
    ping, peer = (each["security_group_rule"] for each in shown)
    assert (ping["from_port"], ping["to_port"], ping["ip_protocol"]) == (-1, -1, "icmp")
    assert (peer["group"]["name"], peer["ip_range"]) == (" web ", {})
    cloud.call("DELETE", f"{rules}/{ping['id']}", status=202)
    cloud.call("DELETE", f"{rules}/{ping['id']}", status=404)
    changed = {"security_group": {"name": "new", "description": "e"}}
    after = cloud.call("PUT", f"{url}/{made['id']}", changed, status=200).json["security_group"]
    assert (after["name"], len(after["rules"])) == ("new", 1)
    assert cloud.call("GET", f"{url}/{made['id']}", status=200).json["security_group"] == after
    server_id = cloud.active(networks="auto", security_groups=[{"name": "new"}])
    assert cloud.call("DELETE", f"{url}/{made['id']}").status_int == 400
    cloud.call("DELETE", f"{SERVERS}/{server_id}", status=204)
    for path in (url, f"{url}/{made['id']}"):
        cloud.call("GET", path, version="2.36", status=404)
    cloud.call("GET", f"{url}/{made['id']}", token="other", status=404)


@pytest.mark.parametrize("token", ["other"])
def test_what_is_another_s_does_not_exist(cloud: Cloud, token: str) -> None:
    server_id = cloud.active()
    for body in (
        {"addSecurityGroup": {"name": "default"}},
        {"removeSecurityGroup": {"name": "default"}},
        {"addFixedIp": {"networkId": cloud.network}},
        {"removeFixedIp": {"address": "10.0.0.1"}},
        {"firewallProfile": {"nic": "x", "profile": "ENABLED"}},
    ):
        cloud.call("POST", f"{SERVERS}/{server_id}/action", body, token=token, status=404)


def test_floating_ips_as_compute_had_them(cloud: Cloud) -> None:
    url = f"{COMPUTE}/os-floating-ips"
    assert cloud.call("GET", f"{COMPUTE}/os-floating-ip-pools", status=200).json == {
        "floating_ip_pools": [{"name": "public"}]
    }
    made = cloud.call("POST", url, {"pool": "public"}, status=200).json["floating_ip"]
    assert (made["pool"], made["fixed_ip"], made["instance_id"]) == ("public", None, None)
    cloud.call("POST", url, {"pool": "nope"}, status=404)
    server_id = cloud.active()
    told = {"address": made["ip"]}
    act(cloud, server_id, 409, removeFloatingIp=told)
    act(cloud, server_id, 202, addFloatingIp=told)
    second = cloud.call("POST", url, {}, status=200).json["floating_ip"]
    act(cloud, server_id, 400, addFloatingIp={"address": second["ip"]})
    cloud.call("DELETE", f"{url}/{second['id']}", status=202)
    one = cloud.call("GET", f"{url}/{made['id']}", status=200).json["floating_ip"]
    assert one["instance_id"] == server_id
    assert cloud.call("GET", url, status=200).json == {"floating_ips": [one]}
    floating = [
        entry["addr"]
        for entry in cloud.show(server_id)["addresses"]["public"]
        if entry["OS-EXT-IPS:type"] == "floating"
    ]
    assert floating == [made["ip"]]
    act(cloud, server_id, 202, removeFloatingIp=told)
    bare = cloud.active(networks=[{"uuid": private(cloud)}])
    act(cloud, bare, 400, addFloatingIp=told)  # no router leads there
    act(cloud, bare, 404, addFloatingIp={"address": "192.0.2.1"})
    act(cloud, bare, 404, "2.44", addFloatingIp=told)
    cloud.call("DELETE", f"{url}/{made['id']}", status=202)
    cloud.call("DELETE", f"{url}/{made['id']}", status=404)
    cloud.call("GET", url, version="2.36", status=404)


def test_networks_as_compute_had_them(cloud: Cloud) -> None:
    for name, fields in (("os-networks", 30), ("os-tenant-networks", 3)):
        url = f"{COMPUTE}/{name}"
        (found,) = cloud.call("GET", url, status=200).json["networks"]
        assert (found["id"], found["label"], found["cidr"]) == (cloud.network, "public", "None")
        assert len(found) >= fields
        one = cloud.call("GET", f"{url}/{cloud.network}", status=200).json["network"]
        assert one == found
        cloud.call("GET", f"{url}/nope", status=404)
