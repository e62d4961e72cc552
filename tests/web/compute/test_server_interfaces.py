"""Plugging interfaces in and out, as clients ask for it."""

from typing import Any

import pytest

from tests.harness.compute import NEWEST, SERVERS, Cloud
from tests.web.golden import differences, exchange

PORTS = "/network/v2.0/ports"


def url_of(server_id: str) -> str:
    return f"{SERVERS}/{server_id}/os-interface"


def attach(cloud: Cloud, server_id: str, status: int = 200, **wanted: Any) -> Any:
    body = {"interfaceAttachment": wanted}
    return cloud.call("POST", url_of(server_id), body, version=NEWEST, status=status).json


@pytest.mark.parametrize(("version", "asked"), [("", None), ("2.70", "2.70")])
def test_answers_are_like_those_of_openstack(each_cloud: Cloud, version: str, asked: Any) -> None:
    url = url_of(each_cloud.active())
    theirs = exchange("POST /compute/v2.1/servers/{id}/os-interface", version=version).answer
    body = {"interfaceAttachment": {"net_id": each_cloud.network}}
    ours = each_cloud.call("POST", url, body, version=asked, status=200).json
    assert differences(theirs, ours) == []
    one = f"{url}/{ours['interfaceAttachment']['port_id']}"
    assert each_cloud.call("GET", one, version=asked, status=200).json == ours
    gone = each_cloud.call("DELETE", one, version=asked, status=202)
    assert gone.body == b""


def test_a_port_an_address_and_a_tag(cloud: Cloud) -> None:
    server_id = cloud.active()
    made = cloud.call("POST", PORTS, {"port": {"network_id": cloud.network}}, status=201)
    port = made.json["port"]
    attached = attach(cloud, server_id, port_id=port["id"], tag="web")["interfaceAttachment"]
    assert attached == {
        "port_id": port["id"],
        "net_id": cloud.network,
        "mac_addr": port["mac_address"],
        "port_state": "BUILD",
        "fixed_ips": port["fixed_ips"],
        "tag": "web",
    }
    shown = cloud.call("GET", f"{PORTS}/{port['id']}", status=200).json["port"]
    assert (shown["device_id"], shown["device_owner"]) == (server_id, "compute:nova")
    own = cloud.call("POST", "/network/v2.0/networks", {"network": {}}, status=201).json["network"]
    subnet = {"network_id": own["id"], "cidr": "10.3.0.0/24", "ip_version": 4}
    cloud.call("POST", "/network/v2.0/subnets", {"subnet": subnet}, status=201)
    wanted = {"net_id": own["id"], "fixed_ips": [{"ip_address": "10.3.0.9"}]}
    given = attach(cloud, server_id, **wanted)["interfaceAttachment"]["fixed_ips"]
    assert [ip["ip_address"] for ip in given] == ["10.3.0.9"]
    addresses = cloud.show(server_id)["addresses"]
    assert len(addresses["public"]) == 4
    attach(cloud, server_id, 409, **wanted)
    attach(cloud, server_id, 409, port_id=port["id"])


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"net_id": "nope"}, 404),
        ({"port_id": "nope"}, 404),
        ({"net_id": "a", "port_id": "b"}, 400),
        ({"fixed_ips": [{"ip_address": "10.0.0.1"}]}, 400),
        ({"port_id": "a", "fixed_ips": [{"ip_address": "10.0.0.1"}]}, 400),
        ({"net_id": "a", "fixed_ips": []}, 400),
        ({"net_id": "a", "fixed_ips": [{"ip_address": "10.0.0.1"}] * 2}, 400),
        ({"net_id": 7}, 400),
        ({"network": "a"}, 400),
        ({"tag": "a,b"}, 400),
    ],
)
def test_refusals(cloud: Cloud, wanted: dict[str, Any], status: int) -> None:
    attach(cloud, cloud.active(), status, **wanted)


def test_states_and_versions(cloud: Cloud) -> None:
    building = cloud.create()["id"]
    attach(cloud, building, 409)
    attach(cloud, "nope", 404)
    server_id = cloud.active()
    cloud.call("DELETE", f"{url_of(server_id)}/nope", status=404)
    cloud.call("POST", url_of(server_id), {"interfaceAttachment": {"tag": "a"}}, status=400)
    assert attach(cloud, server_id, tag="a")["interfaceAttachment"]["tag"] == "a"
    cloud.call("POST", url_of(server_id), {}, token="other", status=404)
    cloud.call("POST", url_of(server_id), {}, status=200)


def test_what_was_done_is_told(cloud: Cloud) -> None:
    server_id = cloud.active()
    port_id = attach(cloud, server_id)["interfaceAttachment"]["port_id"]
    cloud.call("DELETE", f"{url_of(server_id)}/{port_id}", version=NEWEST, status=202)
    actions = cloud.call("GET", f"{SERVERS}/{server_id}/os-instance-actions", status=200).json
    words = [action["action"] for action in actions["instanceActions"]]
    assert words == ["detach_interface", "attach_interface", "create"]
