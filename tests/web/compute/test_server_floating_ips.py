"""Floating IPs as servers show them."""

from typing import Any

from tests.harness.compute import SERVERS, Cloud

BASE = "/network/v2.0"


def make(cloud: Cloud, noun: str, *, token: str = "member", **wanted: Any) -> dict[str, Any]:
    """One object of the network service."""
    body = cloud.call("POST", f"{BASE}/{noun}s", {noun: wanted}, token=token, status=201).json[noun]
    return dict(body)


def routed(cloud: Cloud) -> str:
    """A private network behind a router to the public one; its id."""
    network = make(cloud, "network", name="inside")
    subnet = make(cloud, "subnet", network_id=network["id"], ip_version=4, cidr="10.7.0.0/24")
    router = make(cloud, "router", external_gateway_info={"network_id": cloud.network})
    path = f"{BASE}/routers/{router['id']}/add_router_interface"
    cloud.call("PUT", path, {"subnet_id": subnet["id"]}, status=200)
    return str(network["id"])


def port_of(cloud: Cloud, server_id: str) -> str:
    (found,) = cloud.call("GET", f"{BASE}/ports?device_id={server_id}").json["ports"]
    return str(found["id"])


def led(cloud: Cloud, port_id: str | None, floating_ip: str) -> None:
    path, body = f"{BASE}/floatingips/{floating_ip}", {"floatingip": {"port_id": port_id}}
    cloud.call("PUT", path, body, status=200)


def test_a_server_shows_it_at_once(each_cloud: Cloud) -> None:
    cloud = each_cloud
    server_id = cloud.active(networks=[{"uuid": routed(cloud)}])
    other = cloud.active(name="other", networks=[{"uuid": cloud.network}])
    port_id = port_of(cloud, server_id)
    floating = make(cloud, "floatingip", floating_network_id=cloud.network, port_id=port_id)
    address = floating["floating_ip_address"]
    assert floating["port_details"]["device_id"] == server_id
    for addresses in (
        cloud.show(server_id)["addresses"],
        cloud.call("GET", f"{SERVERS}/detail?name=web").json["servers"][0]["addresses"],
    ):
        fixed, shown = addresses["inside"]
        assert (fixed["OS-EXT-IPS:type"], fixed["addr"]) == (
            "fixed",
            floating["fixed_ip_address"],
        )
        assert shown == fixed | {"OS-EXT-IPS:type": "floating", "addr": address}
    ips = cloud.call("GET", f"{SERVERS}/{server_id}/ips").json["addresses"]["inside"]
    assert address in [each["addr"] for each in ips]
    pattern = "^" + address.replace(".", r"\.") + "$"
    assert cloud.listed(f"ip={pattern}") == ["web"]
    assert cloud.listed(f"ip6={pattern}") == []
    led(cloud, None, floating["id"])
    assert len(cloud.show(server_id)["addresses"]["inside"]) == 1
    assert cloud.listed(f"ip={pattern}") == []
    # Directly, on a server that is on the public network itself.
    led(cloud, port_of(cloud, other), floating["id"])
    shown = cloud.show(other)["addresses"]["public"]
    assert [each["addr"] for each in shown if each["OS-EXT-IPS:type"] == "floating"] == [address]
    assert cloud.listed(f"ip={pattern}") == ["other"]


def test_a_server_that_goes_leaves_it(each_cloud: Cloud) -> None:
    cloud = each_cloud
    network_id = routed(cloud)
    server_id = cloud.active(networks=[{"uuid": network_id}])
    kept = make(cloud, "port", network_id=network_id)
    port_id = port_of(cloud, server_id)
    other = cloud.active(name="other", networks=[{"port": kept["id"]}])
    outside = {"floating_network_id": cloud.network}
    mine = make(cloud, "floatingip", port_id=port_id, **outside)
    theirs = make(cloud, "floatingip", port_id=kept["id"], **outside)

    def release(unit: Any) -> None:
        for each in (server_id, other):
            unit.server_ports.release(each)

    cloud.application.atomically(release)
    shown = {
        each["id"]: (each["status"], each["port_id"])
        for each in cloud.call("GET", f"{BASE}/floatingips").json["floatingips"]
    }
    # A port of the user's own outlives its server, and so does what leads to it.
    assert shown == {mine["id"]: ("DOWN", None), theirs["id"]: ("ACTIVE", kept["id"])}
