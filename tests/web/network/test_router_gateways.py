"""Routers' ways out."""

from typing import Any

from tests.web.network.conftest import Network
from tests.web.network.test_routers import external, gateway, joined, used


def test_a_way_out(each_net: Network) -> None:
    net = each_net
    outside, other = external(net), external(net, "192.0.2.0/24")
    net.make(
        "subnet",
        token="admin",
        network_id=outside["id"],
        ip_version=6,
        cidr="2001:db8:e::/64",
        ipv6_ra_mode="slaac",
        ipv6_address_mode="slaac",
    )
    info = {"network_id": outside["id"]}
    router = net.make("router", external_gateway_info=info)
    path = f"/routers/{router['id']}"
    assert router["external_gateway_info"]["network_id"] == outside["id"]
    four, six = [ip["ip_address"] for ip in router["external_gateway_info"]["external_fixed_ips"]]
    assert four.startswith("198.51.100.")
    assert six.startswith("2001:db8:e:")
    # The port is the router's own: no project has it, and none pays for it.
    assert net.ids(f"/ports?device_id={router['id']}") == []
    (port_id,) = net.ids(f"/ports?device_id={router['id']}", token="admin")
    assert net.refused("DELETE", f"/ports/{port_id}", None, 409, token="admin") == (
        "ServicePortInUse"
    )
    assert used(net) == {"router": 1, "port": 0, "floatingip": 0}
    same = net.call("PUT", path, gateway(outside), status=200).json["router"]
    assert same["external_gateway_info"] == router["external_gateway_info"]
    moved = net.call("PUT", path, gateway(other), status=200).json["router"]
    (fixed,) = moved["external_gateway_info"]["external_fixed_ips"]
    assert fixed["ip_address"].startswith("192.0.2.")
    nothings: tuple[dict[str, Any] | None, ...] = ({}, None)
    for nothing in nothings:
        body = {"router": {"external_gateway_info": nothing}}
        closed = net.call("PUT", path, body, status=200).json["router"]
        assert closed["external_gateway_info"] is None
    net.call("PUT", path, gateway(outside), status=200)
    assert net.refused("DELETE", f"/networks/{outside['id']}", None, 409, token="admin") == (
        "NetworkInUse"
    )
    private = {"network": {"router:external": False}}
    at = f"/networks/{outside['id']}"
    assert net.refused("PUT", at, private, 409, token="admin") == "ExternalNetworkInUse"
    net.call("DELETE", path, status=204)
    net.call("PUT", at, private, token="admin", status=200)
    net.call("DELETE", at, token="admin", status=204)


def test_what_only_administrators_choose(net: Network) -> None:
    outside = external(net)
    path = f"/routers/{net.make('router')['id']}"
    chosen = [{"ip_address": "198.51.100.77"}]
    for more in ({"enable_snat": False}, {"external_fixed_ips": chosen}):
        body = gateway(outside, **more)
        assert net.refused("PUT", path, body, 403) == "PolicyNotAuthorized"
    body = gateway(outside, enable_snat=False, external_fixed_ips=chosen)
    changed = net.call("PUT", path, body, token="admin", status=200).json["router"]
    info = changed["external_gateway_info"]
    assert info["enable_snat"] is False
    assert [ip["ip_address"] for ip in info["external_fixed_ips"]] == ["198.51.100.77"]
    again = {"external_fixed_ips": [{"ip_address": "198.51.100.78"}]}
    changed = net.call("PUT", path, gateway(outside, **again), token="admin", status=200).json
    (fixed,) = changed["router"]["external_gateway_info"]["external_fixed_ips"]
    assert fixed["ip_address"] == "198.51.100.78"
    net.make("router", external_gateway_info={"network_id": outside["id"], "enable_snat": True})


def test_ways_out_that_cannot_be(net: Network) -> None:
    private, subnet = net.wired()
    hidden = net.make("network", token="other")
    router = net.make("router")
    path = f"/routers/{router['id']}"
    assert net.refused("PUT", path, gateway(private), 400) == "BadRequest"
    assert net.refused("PUT", path, gateway(hidden), 404) == "NetworkNotFound"
    no_network = {"router": {"external_gateway_info": {"enable_snat": True}}}
    assert net.refused("PUT", path, no_network, 400) == "BadRequest"
    joined(net, router, subnet_id=subnet["id"])
    same = external(net, "10.77.0.0/16")
    assert net.refused("PUT", path, gateway(same), 400) == "BadRequest"
    full = net.make("network", token="admin", **{"router:external": True})
    assert net.refused("PUT", path, gateway(full), 400) == "BadRequest"
    net.make(
        "subnet",
        token="admin",
        network_id=full["id"],
        ip_version=4,
        cidr="192.0.2.0/30",
        gateway_ip="192.0.2.1",
    )
    taker = net.make("router", external_gateway_info={"network_id": full["id"]})
    assert net.refused("PUT", path, gateway(full), 409) == "IpAddressGenerationFailure"
    net.call("DELETE", f"/routers/{taker['id']}", status=204)
    net.call("PUT", path, gateway(full), status=200)
