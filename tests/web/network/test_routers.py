"""/routers."""

from typing import Any

import pytest

from tests.harness.api import PROJECT
from tests.web.golden import differences, exchange
from tests.web.network.conftest import Network

URL = "/network/v2.0/routers"


def external(net: Network, cidr: str = "198.51.100.0/24", **more: Any) -> dict[str, Any]:
    """An external network of an administrator's."""
    wanted = {"router:external": True} | more
    network = net.make("network", token="admin", name="ext", **wanted)
    net.make("subnet", token="admin", network_id=network["id"], ip_version=4, cidr=cidr)
    return network


def gateway(network: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"router": {"external_gateway_info": {"network_id": network["id"]} | more}}


def joined(net: Network, router: dict[str, Any], **body: Any) -> Any:
    path = f"/routers/{router['id']}/add_router_interface"
    return net.call("PUT", path, body, status=200).json


def used(net: Network) -> dict[str, int]:
    quotas = net.api.call("GET", f"/network/v2.0/quotas/{PROJECT}/details.json").json["quota"]
    return {name: quotas[name]["used"] for name in ("router", "port", "floatingip")}


def test_in_their_shape(net: Network) -> None:
    recorded = exchange(f"POST {URL}", status=201)
    made = net.call("POST", "/routers", recorded.body, status=201).json
    assert differences(recorded.answer, made) == []
    router = made["router"]
    path = f"/routers/{router['id']}"
    assert net.call("GET", path).json == made
    assert net.call("GET", "/routers").json["routers"] == [router]
    recorded = exchange(f"PUT {URL}/{{id}}", status=200)
    outside = net.call("PUT", path, gateway(external(net)), status=200).json
    assert differences(recorded.answer, outside) == []
    assert outside["router"]["external_gateway_info"]["enable_snat"] is True
    _, subnet = net.wired()
    recorded = exchange(f"PUT {URL}/{{id}}/add_router_interface", status=200)
    inside = joined(net, router, subnet_id=subnet["id"])
    assert differences(recorded.answer, inside) == []
    recorded = exchange(f"DELETE {URL}/{{id}}", status=409)
    refused = net.call("DELETE", path, status=409).json
    assert differences(recorded.answer, refused) == []
    assert refused["NeutronError"]["type"] == "RouterInUse"
    recorded = exchange(f"PUT {URL}/{{id}}/remove_router_interface", status=200)
    left = net.call(
        "PUT", f"{path}/remove_router_interface", {"subnet_id": subnet["id"]}, status=200
    )
    assert differences(recorded.answer, left.json) == []
    net.call("DELETE", path, status=204)
    recorded = exchange(f"DELETE {URL}/{{id}}", status=404)
    gone = net.call("DELETE", path, status=404).json
    assert differences(recorded.answer, gone) == []
    assert gone["NeutronError"]["type"] == "RouterNotFound"


def test_an_interface_has_the_gateway_s_address(each_net: Network) -> None:
    net = each_net
    network, subnet = net.wired()
    router = net.make("router", name="r")
    inside = joined(net, router, subnet_id=subnet["id"])
    assert inside["network_id"] == network["id"]
    port = net.call("GET", f"/ports/{inside['port_id']}").json["port"]
    assert port["fixed_ips"] == [{"subnet_id": subnet["id"], "ip_address": "10.77.0.1"}]
    assert (port["device_id"], port["device_owner"]) == (router["id"], "network:router_interface")
    assert (port["project_id"], port["security_groups"]) == (PROJECT, [])
    assert used(net) == {"router": 1, "port": 1, "floatingip": 0}
    path = f"/ports/{port['id']}"
    assert net.refused("DELETE", path, None, 409) == "ServicePortInUse"
    moved = {"port": {"fixed_ips": [{"ip_address": "10.77.0.9"}]}}
    assert net.refused("PUT", path, moved, 409) == "ServicePortInUse"
    net.call("PUT", path, {"port": {"name": "named"}}, status=200)
    changed = {"subnet": {"gateway_ip": None}}
    assert net.refused("PUT", f"/subnets/{subnet['id']}", changed, 409) == "GatewayIpInUse"
    body = {"subnet_id": subnet["id"]}
    net.call("PUT", f"/routers/{router['id']}/remove_router_interface", body, status=200)
    net.call("DELETE", f"/routers/{router['id']}", status=204)
    assert used(net) == {"router": 0, "port": 0, "floatingip": 0}
    net.call("GET", path, status=404)
    net.call("DELETE", f"/networks/{network['id']}", status=204)


def test_a_port_of_one_s_own(net: Network) -> None:
    network, subnet = net.wired()
    router = net.make("router")
    port = net.make("port", network_id=network["id"], fixed_ips=[{"ip_address": "10.77.0.5"}])
    inside = joined(net, router, port_id=port["id"])
    assert (inside["port_id"], inside["subnet_ids"]) == (port["id"], [subnet["id"]])
    path = f"/routers/{router['id']}"
    body = {"port_id": port["id"]}
    assert net.refused("PUT", f"{path}/add_router_interface", body, 409) == "PortInUse"
    assert used(net)["port"] == 1
    net.call("PUT", f"{path}/remove_router_interface", body, status=200)
    assert net.refused("GET", f"/ports/{port['id']}", None, 404) == "PortNotFound"
    assert used(net)["port"] == 0


def test_interfaces_that_cannot_be(net: Network) -> None:
    _, subnet = net.wired()
    _, twin = net.wired()
    router = net.make("router")
    path = f"/routers/{router['id']}/add_router_interface"
    joined(net, router, subnet_id=subnet["id"])
    other, _ = net.wired(cidr="10.78.0.0/24", gateway_ip=None)
    (closed,) = net.call("GET", f"/networks/{other['id']}").json["network"]["subnets"]
    theirs = net.make("network", token="other")
    hidden = net.make(
        "subnet", token="other", network_id=theirs["id"], ip_version=4, cidr="10.79.0.0/24"
    )
    cases = {
        "the same again": ({"subnet_id": subnet["id"]}, 400, "BadRequest"),
        "one that overlaps": ({"subnet_id": twin["id"]}, 400, "BadRequest"),
        "without a gateway": ({"subnet_id": closed}, 400, "BadRequest"),
        "somebody else's": ({"subnet_id": hidden["id"]}, 404, "SubnetNotFound"),
        "not there": ({"subnet_id": "none"}, 404, "SubnetNotFound"),
        "no such port": ({"port_id": "none"}, 404, "PortNotFound"),
        "nothing": ({}, 400, "BadRequest"),
        "both": ({"port_id": "x", "subnet_id": "y"}, 400, "BadRequest"),
    }
    for name, (body, status, kind) in cases.items():
        assert net.refused("PUT", path, body, status) == kind, name
    gone = f"/routers/{router['id']}/remove_router_interface"
    assert net.refused("PUT", gone, {"subnet_id": twin["id"]}, 404) == (
        "RouterInterfaceNotFoundForSubnet"
    )
    assert net.refused("PUT", gone, {"port_id": "none"}, 404) == "RouterInterfaceNotFound"


def test_guests_of_a_network_do_not_become_its_gateway(net: Network) -> None:
    network = external(net, "192.0.2.0/24", shared=True, **{"router:external": False})
    guest = {"token": "other"}
    (subnet_id,) = net.ids(f"/subnets?network_id={network['id']}", **guest)
    router = net.make("router", **guest)
    path = f"/routers/{router['id']}/add_router_interface"
    assert net.refused("PUT", path, {"subnet_id": subnet_id}, 400, **guest) == "BadRequest"
    # With an address that the network gives them, they may.
    port = net.make("port", network_id=network["id"], **guest)
    net.call("PUT", path, {"port_id": port["id"]}, status=200, **guest)


def test_the_ipv6_subnets_of_a_network_share_a_port(each_net: Network) -> None:
    net = each_net
    network, subnet = net.wired()
    modes = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
    sixes = [
        net.make("subnet", network_id=network["id"], ip_version=6, cidr=cidr, **modes)
        for cidr in ("2001:db8:a::/64", "2001:db8:b::/64")
    ]
    router = net.make("router")
    first = joined(net, router, subnet_id=subnet["id"])
    second = joined(net, router, subnet_id=sixes[0]["id"])
    third = joined(net, router, subnet_id=sixes[1]["id"])
    assert first["port_id"] != second["port_id"] == third["port_id"]
    four = net.call("GET", f"/ports/{first['port_id']}").json["port"]
    six = net.call("GET", f"/ports/{second['port_id']}").json["port"]
    assert [ip["ip_address"] for ip in four["fixed_ips"]] == ["10.77.0.1"]
    assert [ip["ip_address"] for ip in six["fixed_ips"]] == ["2001:db8:a::1", "2001:db8:b::1"]
    assert net.refused("DELETE", f"/subnets/{sixes[1]['id']}", None, 409) == "SubnetInUse"
    path = f"/routers/{router['id']}/remove_router_interface"
    net.call("PUT", path, {"subnet_id": sixes[1]["id"]}, status=200)
    six = net.call("GET", f"/ports/{second['port_id']}").json["port"]
    assert [ip["ip_address"] for ip in six["fixed_ips"]] == ["2001:db8:a::1"]
    net.call("PUT", path, {"subnet_id": sixes[0]["id"]}, status=200)
    net.call("GET", f"/ports/{second['port_id']}", status=404)
    assert used(net)["port"] == 1


def test_a_later_slaac_subnet_leaves_routers_alone(net: Network) -> None:
    network, subnet = net.wired()
    router = net.make("router")
    port_id = joined(net, router, subnet_id=subnet["id"])["port_id"]
    net.make(
        "subnet",
        network_id=network["id"],
        ip_version=6,
        cidr="2001:db8:c::/64",
        ipv6_ra_mode="slaac",
        ipv6_address_mode="slaac",
    )
    fixed = net.call("GET", f"/ports/{port_id}").json["port"]["fixed_ips"]
    assert [ip["ip_address"] for ip in fixed] == ["10.77.0.1"]


def test_routes(net: Network) -> None:
    _, subnet = net.wired()
    router = net.make("router")
    path = f"/routers/{router['id']}"
    joined(net, router, subnet_id=subnet["id"])
    near = {"destination": "10.9.0.0/16", "nexthop": "10.77.0.7"}
    more = {"destination": "10.10.0.0/16", "nexthop": "10.77.0.8"}
    changed = net.call("PUT", path, {"router": {"routes": [near]}}, status=200).json["router"]
    assert changed["routes"] == [near]
    wrong = (
        {"destination": "10.9.0.0/16", "nexthop": "10.99.0.1"},
        {"destination": "10.9.0.0/16", "nexthop": "10.77.0.1"},
        {"destination": "2001:db8::/32", "nexthop": "10.77.0.7"},
    )
    for route in wrong:
        body = {"router": {"routes": [route]}}
        assert net.refused("PUT", path, body, 400) == "InvalidRoutes"
    net.call("PUT", path, {"router": {"routes": [near | {"nexthop": "x"}]}}, status=400)
    many = [{"destination": f"10.{n}.0.0/16", "nexthop": "10.77.0.7"} for n in range(100, 131)]
    assert net.refused("PUT", path, {"router": {"routes": many}}, 400) == "RoutesExhausted"
    both = {"router": {"routes": [near, more]}}
    for _ in range(2):
        answer = net.call("PUT", f"{path}/add_extraroutes", both, status=200).json["router"]
        assert answer["routes"] == [near, more]
    left = {"subnet_id": subnet["id"]}
    refused = net.refused("PUT", f"{path}/remove_router_interface", left, 409)
    assert refused == "RouterInterfaceInUseByRoute"
    for _ in range(2):
        answer = net.call(
            "PUT", f"{path}/remove_extraroutes", {"router": {"routes": [near]}}, status=200
        )
        assert answer.json["router"]["routes"] == [more]
    cleared = net.call("PUT", path, {"router": {"routes": None}}, status=200).json["router"]
    assert cleared["routes"] == []
    net.call("PUT", f"{path}/remove_router_interface", left, status=200)


def test_words_and_revisions(net: Network) -> None:
    router = net.make("router", name="a", tags=["x"])
    path = f"/routers/{router['id']}"
    change = {"name": "b", "description": "d", "admin_state_up": False}
    headers = {"If-Match": f"revision_number={router['revision_number']}"}
    changed = net.call("PUT", path, {"router": change}, headers=headers, status=200).json["router"]
    assert {name: changed[name] for name in change} == change
    net.call("PUT", path, {"router": change}, headers=headers, status=412)
    net.call("PUT", f"{path}/tags/y", status=201)
    assert net.call("GET", f"{path}/tags").json == {"tags": ["x", "y"]}
    assert net.ids("/routers?tags=x,y&name=b&admin_state_up=false&status=ACTIVE") == [router["id"]]
    assert net.ids("/routers?name=a") == []


def test_what_is_another_s_looks_like_what_is_not(net: Network) -> None:
    router = net.make("router", token="other")
    path = f"/routers/{router['id']}"
    for method, where, body in (
        ("GET", path, None),
        ("PUT", path, {"router": {"name": "x"}}),
        ("DELETE", path, None),
        ("PUT", f"{path}/add_router_interface", {"subnet_id": "x"}),
        ("PUT", f"{path}/remove_router_interface", {"subnet_id": "x"}),
        ("PUT", f"{path}/add_extraroutes", {"router": {"routes": []}}),
        ("PUT", f"{path}/remove_extraroutes", {"router": {"routes": []}}),
    ):
        assert net.refused(method, where, body, 404) == "RouterNotFound", where
    assert net.ids("/routers") == []
    assert net.ids("/routers", token="admin") == [router["id"]]


def test_quota(net: Network) -> None:
    limit = {"quota": {"router": 1}}
    net.call("PUT", f"/quotas/{PROJECT}", limit, token="admin", status=200)
    net.make("router")
    assert net.refused("POST", "/routers", {"router": {}}, 409) == "OverQuota"
    assert len(net.ids("/routers")) == 1


@pytest.mark.parametrize("count", [3])
def test_several_at_once(net: Network, count: int) -> None:
    body = {"routers": [{"name": f"r{n}"} for n in range(count)]}
    made = net.call("POST", "/routers", body, status=201).json["routers"]
    assert len(made) == count


def test_no_way_outside_but_the_gateway(net: Network) -> None:
    """Servers behind an interface would be outside with whatever addresses they have."""
    public, guest = external(net, shared=True), {"token": "other"}
    port = net.make("port", network_id=public["id"], **guest)
    path = f"/routers/{net.make('router', **guest)['id']}/add_router_interface"
    assert net.refused("PUT", path, {"port_id": port["id"]}, 400, **guest) == "BadRequest"
    assert net.call("GET", f"/ports/{port['id']}", **guest).json["port"] == port
