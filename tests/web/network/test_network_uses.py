"""/network-ip-availabilities."""

from tests.harness.api import PROJECT
from tests.web.network.conftest import Network

USES = "/network-ip-availabilities"


def test_what_is_taken(net: Network) -> None:
    network, subnet = net.wired(cidr="10.77.0.0/28")
    net.make("port", network_id=network["id"])
    expected = {
        "network_id": network["id"],
        "network_name": "n",
        "tenant_id": PROJECT,
        "project_id": PROJECT,
        "total_ips": 13,
        "used_ips": 1,
        "subnet_ip_availability": [
            {
                "subnet_id": subnet["id"],
                "subnet_name": "",
                "cidr": "10.77.0.0/28",
                "ip_version": 4,
                "total_ips": 13,
                "used_ips": 1,
            }
        ],
    }
    shown = net.call("GET", f"{USES}/{network['id']}", token="admin", status=200)
    assert shown.json == {"network_ip_availability": expected}
    listed = net.call("GET", f"{USES}?tenant_id={PROJECT}", token="admin", status=200)
    assert listed.json == {"network_ip_availabilities": [expected]}
    for query in ("ip_version=6", "network_name=m"):
        found = net.call("GET", f"{USES}?{query}", token="admin", status=200).json
        uses = found["network_ip_availabilities"]
        assert [use["used_ips"] for use in uses] == [0] * len(uses)
    few = net.call("GET", f"{USES}?fields=used_ips", token="admin", status=200)
    assert few.json == {"network_ip_availabilities": [{"used_ips": 1}]}


def test_numbers_of_any_size(net: Network) -> None:
    network, _ = net.wired(cidr="fd00::/48", ip_version=6)
    shown = net.call("GET", f"{USES}/{network['id']}", token="admin", status=200).json
    assert shown["network_ip_availability"]["total_ips"] == 2**80 - 2


def test_operators_only(net: Network) -> None:
    network, _ = net.wired()
    for path in (USES, f"{USES}/{network['id']}"):
        assert net.refused("GET", path, None, 403) == "PolicyNotAuthorized"
    assert net.refused("GET", f"{USES}/no", None, 404, token="admin") == "NetworkNotFound"
    assert net.refused("GET", f"{USES}?colour=blue", None, 400, token="admin") == "HTTPBadRequest"
