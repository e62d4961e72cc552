"""/floatingips."""

from typing import Any

import pytest

from tests.harness.api import PROJECT
from tests.web.golden import differences, exchange
from tests.web.network.conftest import Network

URL = "/network/v2.0/floatingips"


@pytest.fixture
def outside(net: Network) -> str:
    return external(net)


def external(net: Network, cidr: str = "198.51.100.0/24", **more: Any) -> str:
    """An external network of an administrator's; its id."""
    wanted = {"router:external": True} | more
    network = net.make("network", token="admin", name="ext", **wanted)
    net.make("subnet", token="admin", network_id=network["id"], ip_version=4, cidr=cidr)
    return str(network["id"])


def allocated(net: Network, network_id: str, **more: Any) -> dict[str, Any]:
    body = {"floatingip": {"floating_network_id": network_id} | more}
    made = net.call("POST", "/floatingips", body, status=201).json["floatingip"]
    return dict(made)


def refused(net: Network, status: int, **body: Any) -> str:
    return net.refused("POST", "/floatingips", {"floatingip": body}, status)


def led(net: Network, floating_ip: dict[str, Any], **target: Any) -> dict[str, Any]:
    path = f"/floatingips/{floating_ip['id']}"
    answer = net.call("PUT", path, {"floatingip": target}, status=200)
    return dict(answer.json["floatingip"])


def routed(net: Network, network_id: str) -> tuple[dict[str, Any], str]:
    """A port behind a router, and the router."""
    network, subnet = net.wired()
    router = net.make("router", external_gateway_info={"network_id": network_id})
    path = f"/routers/{router['id']}/add_router_interface"
    net.call("PUT", path, {"subnet_id": subnet["id"]}, status=200)
    return net.make("port", network_id=network["id"], name="p"), router["id"]


def used(net: Network) -> dict[str, int]:
    quotas = net.api.call("GET", f"/network/v2.0/quotas/{PROJECT}/details.json").json["quota"]
    return {name: quotas[name]["used"] for name in ("port", "floatingip")}


def test_in_their_shape(net: Network, outside: str) -> None:
    recorded = exchange(f"POST {URL}", status=201)
    body = {"floatingip": {"floating_network_id": outside}}
    made = net.call("POST", "/floatingips", body, status=201).json
    assert differences(recorded.answer, made) == []
    path = f"/floatingips/{made['floatingip']['id']}"
    assert net.call("GET", path).json == made
    assert net.call("GET", "/floatingips").json["floatingips"] == [made["floatingip"]]
    recorded = exchange(f"PUT {URL}/{{id}}", status=200)
    changed = net.call("PUT", path, recorded.body, status=200).json
    assert differences(recorded.answer, changed) == []
    net.call("DELETE", path, status=204)
    recorded = exchange(f"GET {URL}/{{id}}", status=404)
    gone = net.call("GET", f"/floatingips/{made['floatingip']['floating_ip_address']}", status=404)
    assert differences(recorded.answer, gone.json) == []
    assert gone.json["NeutronError"]["type"] == "FloatingIPNotFound"


def test_its_address_is_held_by_a_port_of_nobody_s(each_net: Network) -> None:
    net = each_net
    outside = external(net)
    made = allocated(net, outside, description="d", tags=["x"])
    assert made["floating_ip_address"].startswith("198.51.100.")
    assert (made["status"], made["router_id"], made["port_id"]) == ("DOWN", None, None)
    assert net.ids(f"/ports?network_id={outside}") == []
    (port_id,) = net.ids(f"/ports?network_id={outside}", token="admin")
    port = net.call("GET", f"/ports/{port_id}", token="admin").json["port"]
    assert (port["device_owner"], port["device_id"]) == ("network:floatingip", made["id"])
    assert (port["project_id"], port["security_groups"]) == ("", [])
    assert used(net) == {"port": 0, "floatingip": 1}
    assert net.refused("DELETE", f"/ports/{port_id}", None, 409, token="admin") == (
        "ServicePortInUse"
    )
    net.call("DELETE", f"/floatingips/{made['id']}", status=204)
    assert net.ids(f"/ports?network_id={outside}", token="admin") == []
    assert used(net) == {"port": 0, "floatingip": 0}


def test_an_address_of_one_s_choice(each_net: Network) -> None:
    net = each_net
    outside = external(net)
    made = allocated(net, outside, floating_ip_address="198.51.100.77")
    assert made["floating_ip_address"] == "198.51.100.77"
    (subnet_id,) = net.ids(f"/subnets?network_id={outside}")
    within = allocated(net, outside, subnet_id=subnet_id)
    assert within["floating_ip_address"] != made["floating_ip_address"]
    where = {"floating_network_id": outside}
    taken = {"floating_ip_address": "198.51.100.77"}
    assert refused(net, 409, **where, **taken) == "IpAddressAlreadyAllocated"
    gateway = {"floating_ip_address": "198.51.100.1"}
    assert refused(net, 403, **where, **gateway) == "PolicyNotAuthorized"
    far = {"floating_ip_address": "192.0.2.9"}
    assert refused(net, 403, **where, **far) == "PolicyNotAuthorized"
    refused(net, 400, **where, floating_ip_address="x")
    refused(net, 400, **where, subnet_id="none")


def test_networks_that_have_none(net: Network) -> None:
    private, _ = net.wired()
    assert refused(net, 400, floating_network_id=private["id"]) == "BadRequest"
    hidden = net.make("network", token="other")
    assert refused(net, 404, floating_network_id=hidden["id"]) == "NetworkNotFound"
    bare = net.make("network", token="admin", **{"router:external": True})
    assert refused(net, 400, floating_network_id=bare["id"]) == "BadRequest"
    full = external(net, "192.0.2.0/30")
    allocated(net, full)
    assert refused(net, 409, floating_network_id=full) == "IpAddressGenerationFailure"
    net.call("PUT", f"/quotas/{PROJECT}", {"quota": {"floatingip": 1}}, token="admin")
    assert refused(net, 409, floating_network_id=external(net)) == "OverQuota"


def test_through_a_router(each_net: Network) -> None:
    net = each_net
    outside = external(net)
    port, router_id = routed(net, outside)
    (fixed,) = [ip["ip_address"] for ip in port["fixed_ips"]]
    made = allocated(net, outside, port_id=port["id"])
    names = ("status", "port_id", "router_id", "fixed_ip_address")
    assert [made[name] for name in names] == ["ACTIVE", port["id"], router_id, fixed]
    assert made["port_details"] == {
        "name": "p",
        "network_id": port["network_id"],
        "mac_address": port["mac_address"],
        "admin_state_up": True,
        "status": port["status"],
        "device_id": "",
        "device_owner": "",
    }
    assert net.ids(f"/floatingips?port_id={port['id']}") == [made["id"]]
    assert net.ids(f"/floatingips?router_id={router_id}&status=ACTIVE") == [made["id"]]
    assert net.ids(f"/floatingips?fixed_ip_address={fixed}") == [made["id"]]
    assert net.ids("/floatingips?floating_ip_address=192.0.2.1") == []
    # What it goes through stays.
    path = f"/routers/{router_id}"
    (subnet_id,) = [ip["subnet_id"] for ip in port["fixed_ips"]]
    left = {"subnet_id": subnet_id}
    assert net.refused("PUT", f"{path}/remove_router_interface", left, 409) == (
        "RouterInterfaceInUseByFloatingIP"
    )
    closed = {"router": {"external_gateway_info": None}}
    assert net.refused("PUT", path, closed, 409) == "RouterExternalGatewayInUseByFloatingIp"
    dissociated = led(net, made, port_id=None)
    assert [dissociated[name] for name in names] == ["DOWN", None, None, None]
    net.call("PUT", f"{path}/remove_router_interface", left, status=200)
    recorded = exchange("PUT /network/v2.0/routers/{id}/remove_router_interface", status=409)
    assert recorded.answer["NeutronError"]["type"] == "RouterInterfaceInUseByFloatingIP"


def test_it_moves(net: Network, outside: str) -> None:
    port, router_id = routed(net, outside)
    other = net.make("port", network_id=port["network_id"])
    made = allocated(net, outside, port_id=port["id"])
    moved = led(net, made, port_id=other["id"])
    assert (moved["port_id"], moved["router_id"]) == (other["id"], router_id)
    twin = allocated(net, outside)
    path = f"/floatingips/{twin['id']}"
    again = {"floatingip": {"port_id": other["id"]}}
    assert net.refused("PUT", path, again, 409) == "FloatingIPPortAlreadyAssociated"
    assert led(net, twin, port_id=port["id"])["status"] == "ACTIVE"
    words = led(net, moved, description="still there")
    assert (words["port_id"], words["description"]) == (other["id"], "still there")


def test_one_of_several_addresses(net: Network, outside: str) -> None:
    port, _ = routed(net, outside)
    (subnet_id,) = [ip["subnet_id"] for ip in port["fixed_ips"]]
    several = [{"subnet_id": subnet_id, "ip_address": f"10.77.0.{n}"} for n in (20, 21)]
    path = f"/ports/{port['id']}"
    net.call("PUT", path, {"port": {"fixed_ips": several}}, status=200)
    made = allocated(net, outside)
    at = f"/floatingips/{made['id']}"
    unclear = {"floatingip": {"port_id": port["id"]}}
    assert net.refused("PUT", at, unclear, 400) == "BadRequest"
    wrong = {"floatingip": {"port_id": port["id"], "fixed_ip_address": "10.77.0.99"}}
    assert net.refused("PUT", at, wrong, 400) == "BadRequest"
    for address in ("10.77.0.21", "10.77.0.20"):
        chosen = led(net, made, port_id=port["id"], fixed_ip_address=address)
        assert chosen["fixed_ip_address"] == address
    assert led(net, made, fixed_ip_address="10.77.0.21")["fixed_ip_address"] == "10.77.0.21"
    twin = allocated(net, outside, port_id=port["id"], fixed_ip_address="10.77.0.20")
    assert twin["status"] == "ACTIVE"
    # An address that the port gives up is reached no more.
    net.call("PUT", path, {"port": {"fixed_ips": several[:1]}}, status=200)
    shown = [net.call("GET", f"/floatingips/{f['id']}").json["floatingip"] for f in (made, twin)]
    assert [each["port_id"] for each in shown] == [None, port["id"]]
    net.call("DELETE", path, status=204)
    assert net.call("GET", f"/floatingips/{twin['id']}").json["floatingip"]["status"] == "DOWN"
    no_port = {"floatingip": {"fixed_ip_address": "10.77.0.20"}}
    assert net.refused("PUT", at, no_port, 400) == "BadRequest"


def test_ports_that_it_cannot_lead_to(net: Network, outside: str) -> None:
    made = allocated(net, outside)
    at = f"/floatingips/{made['id']}"
    network, _ = net.wired()
    unrouted = net.make("port", network_id=network["id"])
    theirs = net.make("network", token="other")
    hidden = net.make("port", token="other", network_id=theirs["id"])
    inside, router_id = routed(net, outside)
    bare = net.make("port", network_id=inside["network_id"], fixed_ips=[])
    (own,) = net.ids(f"/ports?device_id={router_id}")
    cases = {
        "no router between": (unrouted["id"], 404, "ExternalGatewayForFloatingIPNotFound"),
        "another's": (hidden["id"], 404, "PortNotFound"),
        "not there": ("none", 404, "PortNotFound"),
        "without an address": (bare["id"], 400, "BadRequest"),
        "a router's": (own, 400, "BadRequest"),
    }
    for name, (port_id, status, kind) in cases.items():
        body = {"floatingip": {"port_id": port_id}}
        assert net.refused("PUT", at, body, status) == kind, name
    both = {"floating_network_id": outside, "port_id": unrouted["id"]}
    assert refused(net, 404, **both) == "ExternalGatewayForFloatingIPNotFound"
    assert net.ids("/floatingips") == [made["id"]]
    assert used(net)["floatingip"] == 1


def test_directly_on_a_port_of_its_own_network(each_net: Network) -> None:
    net = each_net
    outside = external(net, shared=True)
    port = net.make("port", network_id=outside)
    made = allocated(net, outside, port_id=port["id"])
    assert (made["status"], made["router_id"]) == ("ACTIVE", None)
    assert made["fixed_ip_address"] == made["floating_ip_address"]
    second = allocated(net, outside, port_id=port["id"])
    assert second["status"] == "ACTIVE"
    net.call("DELETE", f"/ports/{port['id']}", status=204)
    shown = net.call("GET", "/floatingips").json["floatingips"]
    assert [each["port_id"] for each in shown] == [None, None]


def test_words_tags_and_revisions(net: Network, outside: str) -> None:
    made = allocated(net, outside, description="a", tags=["x"])
    path = f"/floatingips/{made['id']}"
    headers = {"If-Match": f"revision_number={made['revision_number']}"}
    change = {"floatingip": {"description": "b"}}
    changed = net.call("PUT", path, change, headers=headers, status=200).json["floatingip"]
    assert changed["description"] == "b"
    net.call("PUT", path, change, headers=headers, status=412)
    net.call("PUT", f"{path}/tags/y", status=201)
    assert net.ids("/floatingips?tags=x,y&description=b") == [made["id"]]
    assert net.ids("/floatingips?tags=z") == []
    net.call("GET", "/floatingips?name=x", status=400)
    named = allocated(net, outside, dns_name="web", dns_domain="example.org.")
    assert (named["dns_name"], named["dns_domain"]) == ("web", "example.org.")
    assert net.ids("/floatingips?dns_name=web") == [named["id"]]
    refused(net, 400, floating_network_id=outside, dns_name="-wrong-")


def test_what_is_another_s_looks_like_what_is_not(net: Network, outside: str) -> None:
    body = {"floatingip": {"floating_network_id": outside}}
    made = net.call("POST", "/floatingips", body, token="other", status=201).json["floatingip"]
    path = f"/floatingips/{made['id']}"
    change = {"floatingip": {"description": "x"}}
    for method, sent in (("GET", None), ("PUT", change), ("DELETE", None)):
        assert net.refused(method, path, sent, 404) == "FloatingIPNotFound"
    assert net.ids("/floatingips") == []


def test_a_pool_that_an_operator_drains_gives_nothing_more(net: Network, outside: str) -> None:
    port, router_id = routed(net, outside)
    held = allocated(net, outside)
    (subnet_id,) = net.call("GET", f"/networks/{outside}").json["network"]["subnets"]
    drained: dict[str, Any] = {"subnet": {"allocation_pools": []}}
    net.call("PUT", f"/subnets/{subnet_id}", drained, token="admin", status=200)
    assert refused(net, 409, floating_network_id=outside) == "IpAddressGenerationFailure"
    chosen = {"floating_network_id": outside, "floating_ip_address": "198.51.100.9"}
    assert refused(net, 403, **chosen) == "PolicyNotAuthorized"
    assert led(net, held, port_id=port["id"])["router_id"] == router_id


def test_an_operator_reserves_an_address_by_a_port(net: Network, outside: str) -> None:
    fixed = [{"ip_address": "198.51.100.2"}]
    net.make("port", token="admin", network_id=outside, fixed_ips=fixed)
    assert allocated(net, outside)["floating_ip_address"] == "198.51.100.3"
    chosen = {"floating_network_id": outside, "floating_ip_address": "198.51.100.2"}
    assert refused(net, 409, **chosen) == "IpAddressAlreadyAllocated"
