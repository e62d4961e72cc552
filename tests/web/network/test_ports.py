"""/ports."""

from typing import Any

from tests.harness.api import OTHER_PROJECT, PROJECT
from tests.web.golden import differences, exchange
from tests.web.network.conftest import Network

URL = "/network/v2.0/ports"


def addresses(port: dict[str, Any]) -> list[str]:
    return [fixed["ip_address"] for fixed in port["fixed_ips"]]


def test_in_their_shape(net: Network) -> None:
    network, subnet = net.wired()
    recorded = exchange(f"POST {URL}", status=201)
    fixed = [{"subnet_id": subnet["id"], "ip_address": "10.77.0.50"}]
    group = net.make("security_group", name="g")
    own = {"network_id": network["id"], "fixed_ips": fixed, "security_groups": [group["id"]]}
    made = net.call("POST", "/ports", {"port": recorded.body["port"] | own}, status=201).json
    assert differences(recorded.answer, made) == []
    assert made["port"]["fixed_ips"] == fixed
    path = f"/ports/{made['port']['id']}"
    assert net.call("GET", path).json == made
    twice = net.call("POST", "/ports", {"port": own}, status=409).json
    taken = exchange(f"POST {URL}", status=409)
    assert twice["NeutronError"]["type"] == taken.answer["NeutronError"]["type"]
    change = exchange(f"PUT {URL}/{{id}}")
    changed = net.call("PUT", path, change.body, status=200).json
    assert differences(change.answer, changed) == []
    assert (changed["port"]["port_security_enabled"], changed["port"]["revision_number"]) == (
        False,
        2,
    )


def test_a_new_one_has_what_the_network_gives(net: Network) -> None:
    network, _ = net.wired()
    port = net.make("port", network_id=network["id"])
    assert addresses(port) == ["10.77.0.2"]
    assert (port["device_id"], port["device_owner"], port["status"]) == ("", "", "DOWN")
    (group,) = port["security_groups"]
    assert net.call("GET", f"/security-groups/{group}").json["security_group"]["name"] == "default"
    assert port["mac_address"].startswith("aa:0d:"), "of the network's own prefix"


def test_without_a_subnet_there_are_no_addresses(net: Network) -> None:
    assert net.make("port", network_id=net.make("network")["id"])["fixed_ips"] == []


def test_without_asking_for_any(net: Network) -> None:
    network, _ = net.wired()
    port = net.make("port", network_id=network["id"], fixed_ips=[], security_groups=[])
    assert (port["fixed_ips"], port["security_groups"]) == ([], [])


def test_exact_addresses(net: Network) -> None:
    network, subnet = net.wired()
    wanted = [{"ip_address": "10.77.0.9"}, {"subnet_id": subnet["id"]}]
    port = net.make("port", network_id=network["id"], fixed_ips=wanted)
    assert addresses(port) == ["10.77.0.2", "10.77.0.9"]
    free = net.make("port", network_id=network["id"])
    assert addresses(free) == ["10.77.0.3"]


BAD_ADDRESSES: list[tuple[dict[str, Any], str]] = [
    ({"ip_address": "10.78.0.1"}, "InvalidIpForNetwork"),
    ({"ip_address": "10.77.0.255"}, "InvalidIpForNetwork"),
    ({"ip_address": "nonsense"}, "HTTPBadRequest"),
    ({"subnet_id": "no"}, "InvalidIpForNetwork"),
    ({"subnet_id": "no", "ip_address": "10.77.0.9"}, "InvalidIpForNetwork"),
    ({}, "InvalidIpForNetwork"),
    ({"ip_address": 7}, "HTTPBadRequest"),
]


def test_addresses_that_it_cannot_have(net: Network) -> None:
    network, _ = net.wired()
    for fixed_ip, kind in BAD_ADDRESSES:
        body = {"port": {"network_id": network["id"], "fixed_ips": [fixed_ip]}}
        assert net.refused("POST", "/ports", body, 400) == kind
    assert net.ids("/ports") == []


def test_exhausted_addresses_leave_nothing_behind(net: Network) -> None:
    network, _ = net.wired(cidr="10.77.0.0/30")
    several = {"ports": [{"network_id": network["id"]}] * 2}
    assert net.refused("POST", "/ports", several, 409) == "IpAddressGenerationFailure"
    assert net.ids("/ports") == []
    port = net.make("port", network_id=network["id"])
    net.call("DELETE", f"/ports/{port['id']}", status=204)
    assert addresses(net.make("port", network_id=network["id"])) == ["10.77.0.2"]


def test_several_at_once(net: Network) -> None:
    network, _ = net.wired()
    body = {"ports": [{"network_id": network["id"], "name": name} for name in "ab"]}
    made = net.call("POST", "/ports", body, status=201).json["ports"]
    assert [port["name"] for port in made] == ["a", "b"]
    assert len({port["mac_address"] for port in made}) == 2


def test_bodies_that_mean_nothing(net: Network) -> None:
    bodies: list[dict[str, Any]] = [{}, {"port": {}, "ports": []}, {"ports": []}, {"port": None}]
    for body in bodies:
        net.call("POST", "/ports", body, status=400)


def test_a_mac_address_of_one_s_own(net: Network) -> None:
    network, _ = net.wired()
    wanted: dict[str, Any] = {"network_id": network["id"], "mac_address": "AA-0D-00-00-00-01"}
    port = net.make("port", **wanted)
    assert port["mac_address"] == "aa:0d:00:00:00:01"
    assert net.refused("POST", "/ports", {"port": wanted}, 409) == "MacAddressInUse"
    for mac in ("01:00:00:00:00:01", "00:00:00:00:00:00", "nonsense"):
        body = {"port": wanted | {"mac_address": mac}}
        net.refused("POST", "/ports", body, 400)


def test_no_mac_address_of_another_network(net: Network) -> None:
    """A bridge that many networks share tells them apart by it: no router enters another's."""
    networks = [net.wired(cidr=f"10.{n}.0.0/24")[0] for n in (1, 2)]
    own, foreign = [net.make("port", network_id=each["id"]) for each in networks]
    assert own["mac_address"][:8] != foreign["mac_address"][:8]
    mac = f"{foreign['mac_address'][:8]}:00:00:01"
    for token in ("member", "admin"):
        for method, path, more in (
            ("POST", "/ports", {"network_id": own["network_id"]}),
            ("PUT", f"/ports/{own['id']}", {}),
        ):
            body = {"port": more | {"mac_address": mac}}
            assert net.refused(method, path, body, 400, token=token) == "HTTPBadRequest"
    assert net.call("GET", f"/ports/{own['id']}").json["port"] == own


def test_slaac_follows_the_mac_address(net: Network) -> None:
    network = net.make("network")
    six: dict[str, Any] = {"cidr": "fd00::/64", "ip_version": 6, "ipv6_address_mode": "slaac"}
    net.make("subnet", network_id=network["id"], **six)
    path = f"/ports/{net.make('port', network_id=network['id'])['id']}"
    changed = net.call("PUT", path, {"port": {"mac_address": "aa:0d:00:00:00:01"}}, status=200)
    assert addresses(changed.json["port"]) == ["fd00::a80d:ff:fe00:1"]


def test_new_addresses_for_old(net: Network) -> None:
    network, subnet = net.wired()
    path = f"/ports/{net.make('port', network_id=network['id'])['id']}"
    wanted = [{"subnet_id": subnet["id"], "ip_address": "10.77.0.9"}]
    changed = net.call("PUT", path, {"port": {"fixed_ips": wanted}}, status=200).json["port"]
    assert changed["fixed_ips"] == wanted == net.call("GET", path).json["port"]["fixed_ips"]
    assert addresses(net.make("port", network_id=network["id"])) == ["10.77.0.2"]
    taken = {"port": {"fixed_ips": [{"ip_address": "10.77.0.2"}]}}
    assert net.refused("PUT", path, taken, 409) == "IpAddressAlreadyAllocated"
    assert net.call("GET", path).json["port"] == changed


def test_groups_and_port_security_exclude_each_other(net: Network) -> None:
    network, _ = net.wired()
    path = f"/ports/{net.make('port', network_id=network['id'])['id']}"
    recorded = exchange(f"PUT {URL}/{{id}}", status=409)
    answer = net.call("PUT", path, {"port": {"port_security_enabled": False}}, status=409)
    assert answer.json["NeutronError"]["type"] == recorded.answer["NeutronError"]["type"]
    without = {"network_id": network["id"], "port_security_enabled": False}
    assert net.make("port", **without)["security_groups"] == []
    group = net.make("security_group")["id"]
    net.refused("POST", "/ports", {"port": without | {"security_groups": [group]}}, 409)


def test_pairs_and_options_are_kept(net: Network) -> None:
    network, _ = net.wired()
    pairs = [
        {"ip_address": "10.77.9.0/24"},
        {"ip_address": "::1", "mac_address": "02:00:00:00:00:01"},
    ]
    options = [{"opt_name": "mtu", "opt_value": "1400"}]
    port = net.make(
        "port", network_id=network["id"], allowed_address_pairs=pairs, extra_dhcp_opts=options
    )
    assert port["allowed_address_pairs"] == [
        pairs[0] | {"mac_address": port["mac_address"]},
        pairs[1],
    ]
    assert port["extra_dhcp_opts"] == [options[0] | {"ip_version": 4}]
    bad = {"network_id": network["id"], "allowed_address_pairs": [{"ip_address": "x"}]}
    net.refused("POST", "/ports", {"port": bad}, 400)


def test_what_only_administrators_say(net: Network) -> None:
    network, _ = net.wired()
    path = f"/ports/{net.make('port', network_id=network['id'])['id']}"
    for attribute in ({"device_owner": "network:dhcp"}, {"device_id": "somebody's server"}):
        net.refused("PUT", path, {"port": attribute}, 403)
        body = {"port": {"network_id": network["id"]} | attribute}
        net.refused("POST", "/ports", body, 403)
        net.call("POST", "/ports", body, token="admin", status=201)
    net.refused("POST", "/ports", {"port": {"network_id": network["id"], "project_id": "x"}}, 403)
    mine = {"port": {"network_id": network["id"], "project_id": PROJECT}}
    net.call("POST", "/ports", mine, status=201)


def test_on_shared_networks_nobody_chooses(net: Network) -> None:
    network, subnet = net.wired()
    net.call("PUT", f"/networks/{network['id']}", {"network": {"shared": True}}, token="admin")
    on = {"network_id": network["id"]}
    port = net.make("port", token="other", **on)
    net.make("port", token="other", fixed_ips=[{"subnet_id": subnet["id"]}], **on)
    for chosen in (
        {"fixed_ips": [{"ip_address": "10.77.0.9"}]},
        {"mac_address": "aa:0d:00:00:00:01"},
    ):
        net.refused("POST", "/ports", {"port": on | chosen}, 403, token="other")
        net.refused("PUT", f"/ports/{port['id']}", {"port": chosen}, 403, token="other")


def test_external_networks_are_not_for_ports_unless_shared(net: Network) -> None:
    network = net.make("network", token="admin", **{"router:external": True})
    body = {"port": {"network_id": network["id"]}}
    net.refused("POST", "/ports", body, 403, token="other")


def test_what_is_another_s_looks_like_what_is_not(net: Network) -> None:
    network, _ = net.wired()
    port = net.make("port", network_id=network["id"])
    group = net.make("security_group")
    for path in (f"/ports/{port['id']}", "/ports/no"):
        for method, sent in (("GET", None), ("PUT", {"port": {}}), ("DELETE", None)):
            assert net.refused(method, path, sent, 404, token="other") == "PortNotFound"
    for on in (network["id"], "no"):
        body = {"port": {"network_id": on}}
        assert net.refused("POST", "/ports", body, 404, token="other") == "NetworkNotFound"
    theirs = net.make("network", token="other")
    for named in (group["id"], "no"):
        body = {"port": {"network_id": theirs["id"], "security_groups": [named]}}
        assert net.refused("POST", "/ports", body, 404, token="other") == "SecurityGroupNotFound"
    assert theirs["project_id"] == OTHER_PROJECT


def test_filters(net: Network) -> None:
    network, subnet = net.wired()
    first = net.make("port", network_id=network["id"])
    second = net.make("port", network_id=network["id"], security_groups=[])
    for query, expected in {
        "fixed_ips=ip_address%3D10.77.0.2": [first],
        f"fixed_ips=subnet_id%3D{subnet['id']}": [first, second],
        "ip_address_substr=77.0.3": [second],
        f"mac_address={first['mac_address']}": [first],
        f"security_groups={first['security_groups'][0]}": [first],
        "device_id=": [first, second],
        "device_owner=compute:nova": [],
        f"network_id={network['id']}&status=DOWN": [first, second],
    }.items():
        assert set(net.ids(f"/ports?{query}")) == {port["id"] for port in expected}, query
