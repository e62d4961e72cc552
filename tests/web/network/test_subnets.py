"""/subnets."""

from typing import Any

from tests.web.golden import differences, exchange
from tests.web.network.conftest import Network

URL = "/network/v2.0/subnets"
SIX = {"cidr": "fd00:77::/64", "ip_version": 6}
SLAAC = SIX | {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}


def body(network: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    wanted = {"network_id": network["id"], "cidr": "10.77.0.0/24", "ip_version": 4} | attributes
    return {"subnet": wanted}


def test_in_their_shape(net: Network) -> None:
    network = net.make("network")
    recorded = exchange(f"POST {URL}", status=201)
    sent = {"subnet": recorded.body["subnet"] | {"network_id": network["id"]}}
    made = net.call("POST", "/subnets", sent, status=201).json
    assert differences(recorded.answer, made) == []
    path = f"/subnets/{made['subnet']['id']}"
    assert net.call("GET", path).json == made
    change = exchange(f"PUT {URL}/{{id}}")
    changed = net.call("PUT", path, change.body, status=200).json
    assert differences(change.answer, changed) == []


def test_what_follows_from_the_prefix(net: Network) -> None:
    network, subnet = net.wired(cidr="10.77.0.9/24")
    assert (subnet["cidr"], subnet["gateway_ip"]) == ("10.77.0.0/24", "10.77.0.1")
    assert subnet["allocation_pools"] == [{"start": "10.77.0.2", "end": "10.77.0.254"}]
    assert (subnet["enable_dhcp"], subnet["ipv6_address_mode"]) == (True, None)
    assert net.call("GET", f"/networks/{network['id']}").json["network"]["subnets"] == [
        subnet["id"]
    ]


def test_another_gateway_or_none(net: Network) -> None:
    for gateway, pools in (
        (None, [("10.77.0.1", "10.77.0.254")]),
        ("10.77.0.254", [("10.77.0.1", "10.77.0.253")]),
        ("10.77.0.9", [("10.77.0.1", "10.77.0.8"), ("10.77.0.10", "10.77.0.254")]),
    ):
        _, subnet = net.wired(gateway_ip=gateway)
        assert subnet["gateway_ip"] == gateway
        assert [(pool["start"], pool["end"]) for pool in subnet["allocation_pools"]] == pools


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no prefix": ({"cidr": "10.77.0.0"}, "cidr"),
    "no address": ({"cidr": "10.77.0.999/24"}, "cidr"),
    "a zone": ({"cidr": "fe80::%1/64", "ip_version": 6}, "cidr"),
    "everything": ({"cidr": "0.0.0.0/0"}, "prefix"),
    "multicast": ({"cidr": "224.0.0.0/24"}, "hosts"),
    "groups among others": ({"cidr": "192.0.0.0/2"}, "hosts"),
    "the metadata service's": ({"cidr": "169.254.169.0/24"}, "hosts"),
    "the host's own": ({"cidr": "127.1.0.0/16"}, "hosts"),
    "the link's": (SIX | {"cidr": "fe80::/64"}, "hosts"),
    "pool with the broadcast address": (
        {"allocation_pools": [{"start": "10.77.0.254", "end": "10.77.0.255"}]},
        "pool",
    ),
    "pool with the network's own address": (
        {"allocation_pools": [{"start": "10.77.0.0", "end": "10.77.0.0"}]},
        "pool",
    ),
    "another version": ({"ip_version": 6}, "ip_version"),
    "version 5": ({"ip_version": 5}, "ip_version"),
    "gateway elsewhere": ({"gateway_ip": "10.78.0.1"}, "Gateway"),
    "gateway at the end": ({"gateway_ip": "10.77.0.255"}, "Gateway"),
    "no gateway's address": ({"gateway_ip": "x"}, "gateway_ip"),
    "pool elsewhere": ({"allocation_pools": [{"start": "10.78.0.2", "end": "10.78.0.3"}]}, "pool"),
    "pool backwards": ({"allocation_pools": [{"start": "10.77.0.9", "end": "10.77.0.3"}]}, "pool"),
    "half a pool": ({"allocation_pools": [{"start": "10.77.0.9"}]}, "end"),
    "name server": ({"dns_nameservers": ["dns.example.org"]}, "dns_nameservers"),
    "twice": ({"dns_nameservers": ["192.0.2.1", "192.0.2.1"]}, "twice"),
    "too many": ({"dns_nameservers": [f"192.0.2.{n}" for n in range(6)]}, "at most"),
    "route": ({"host_routes": [{"destination": "x", "nexthop": "10.77.0.1"}]}, "host_routes"),
    "modes of 6 for 4": ({"ipv6_ra_mode": "slaac"}, "ip_version"),
    "modes differ": (SLAAC | {"ipv6_ra_mode": "dhcpv6-stateful"}, "same"),
    "no mode": (SIX | {"ipv6_ra_mode": "magic"}, "ipv6_ra_mode"),
    "SLAAC needs 64": (SLAAC | {"cidr": "fd00::/60"}, "/64"),
    "modes without DHCP": (SLAAC | {"enable_dhcp": False}, "enable_dhcp"),
    "unknown": ({"colour": "blue"}, "colour"),
}


def test_what_cannot_be(net: Network) -> None:
    network = net.make("network")
    for name, (attributes, word) in REFUSED.items():
        answer = net.call("POST", "/subnets", body(network, **attributes), status=400)
        assert word in answer.json["NeutronError"]["message"], name
    assert net.ids("/subnets") == []


def test_no_overlap_within_a_network(net: Network) -> None:
    network, _ = net.wired()
    answer = net.call("POST", "/subnets", body(network, cidr="10.77.0.128/25"), status=400)
    assert differences(exchange(f"POST {URL}", status=400).answer, answer.json) == []
    assert "overlaps" in answer.json["NeutronError"]["message"]
    net.wired()


def test_overlapping_pools_and_a_gateway_inside_one(net: Network) -> None:
    network = net.make("network")
    pools = [
        {"start": "10.77.0.2", "end": "10.77.0.9"},
        {"start": "10.77.0.9", "end": "10.77.0.12"},
    ]
    net.refused("POST", "/subnets", body(network, allocation_pools=pools), 400)
    inside = body(network, allocation_pools=pools[:1], gateway_ip="10.77.0.5")
    conflict = "GatewayConflictWithAllocationPools"
    assert net.refused("POST", "/subnets", inside, 409) == conflict


def test_it_stays_while_ports_hold_its_addresses(net: Network) -> None:
    network, subnet = net.wired()
    port = net.make("port", network_id=network["id"])
    path = f"/subnets/{subnet['id']}"
    answer = net.call("DELETE", path, status=409)
    recorded = exchange(f"DELETE {URL}/{{id}}", status=409)
    assert answer.json["NeutronError"]["type"] == recorded.answer["NeutronError"]["type"]
    net.call("DELETE", f"/ports/{port['id']}", status=204)
    net.call("DELETE", path, status=204)
    assert net.refused("GET", path, None, 404) == "SubnetNotFound"


def test_slaac_comes_and_goes_with_its_subnet(net: Network) -> None:
    network, _ = net.wired()
    early = f"/ports/{net.make('port', network_id=network['id'])['id']}"
    made = net.call("POST", "/subnets", body(network, **SLAAC), status=201).json["subnet"]
    late = f"/ports/{net.make('port', network_id=network['id'])['id']}"
    for path in (early, late):
        port = net.call("GET", path).json["port"]
        four, six = port["fixed_ips"]
        assert four["ip_address"].startswith("10.77.0.")
        assert six["subnet_id"] == made["id"]
        assert six["ip_address"].startswith("fd00:77::a80d:ff:fe")
    net.call("DELETE", f"/subnets/{made['id']}", status=204)
    assert len(net.call("GET", early).json["port"]["fixed_ips"]) == 1


def test_what_says_nothing_has_no_modes(net: Network) -> None:
    """Neither from the start nor later: nobody would tell guests."""
    network = net.make("network")
    made = net.call("POST", "/subnets", body(network, **SLAAC), status=201).json["subnet"]
    path = f"/subnets/{made['id']}"
    net.refused("PUT", path, {"subnet": {"enable_dhcp": False}}, 400)
    net.call("PUT", path, {"subnet": {"name": "x", "enable_dhcp": True}}, status=200)


def test_new_pools_decide_what_is_given_out_next(net: Network) -> None:
    network, subnet = net.wired()
    path = f"/subnets/{subnet['id']}"
    pools = [{"start": "10.77.0.100", "end": "10.77.0.100"}]
    changed = net.call("PUT", path, {"subnet": {"allocation_pools": pools}}, status=200).json
    assert changed["subnet"]["allocation_pools"] == pools
    port = net.make("port", network_id=network["id"])
    assert port["fixed_ips"][0]["ip_address"] == "10.77.0.100"
    again = {"port": {"network_id": network["id"]}}
    assert net.refused("POST", "/ports", again, 409) == "IpAddressGenerationFailure"


def test_what_cannot_be_changed(net: Network) -> None:
    _, subnet = net.wired()
    path = f"/subnets/{subnet['id']}"
    for attribute in ({"cidr": "10.78.0.0/24"}, {"ip_version": 6}, {"network_id": "x"}):
        net.refused("PUT", path, {"subnet": attribute}, 400)
    net.refused("PUT", path, {"subnet": {"gateway_ip": "10.77.0.9"}}, 409)
    assert net.call("GET", path).json["subnet"] == subnet


def test_what_is_another_s_looks_like_what_is_not(net: Network) -> None:
    network, subnet = net.wired()
    for path in (f"/subnets/{subnet['id']}", "/subnets/no"):
        for method, sent in (("GET", None), ("PUT", {"subnet": {}}), ("DELETE", None)):
            assert net.refused(method, path, sent, 404, token="other") == "SubnetNotFound"
    for unseen in (network, {"id": "no"}):
        other = body(unseen, cidr="10.79.0.0/24")
        assert net.refused("POST", "/subnets", other, 404, token="other") == "NetworkNotFound"
