"""Tags, extensions, zones and agents."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from cyclades.bootstrap import Application
from tests.harness.api import client_of
from tests.web.golden import differences, exchange
from tests.web.network.conftest import Network
from tests.web.network.test_rbac_policies import share
from tests.web.test_availability_zones import cluster

URL = "/network/v2.0"


def test_tags_of_every_noun(net: Network) -> None:
    network, subnet = net.wired()
    port = net.make("port", network_id=network["id"])
    group = net.make("security_group")
    for noun, thing in (
        ("networks", network),
        ("subnets", subnet),
        ("ports", port),
        ("security-groups", group),
    ):
        path = f"/{noun}/{thing['id']}/tags"
        net.call("PUT", path, {"tags": ["red", "blue", "red"]}, status=200)
        assert net.call("GET", path).json == {"tags": ["red", "blue"]}
        assert net.call("PUT", f"{path}/green", status=201).json is None
        assert net.call("POST", path, {"tags": ["red", "x"]}, status=200).json == {
            "tags": ["red", "blue", "green", "x"]
        }
        net.call("GET", f"{path}/green", status=204)
        net.call("DELETE", f"{path}/blue", status=204)
        assert net.refused("DELETE", f"{path}/blue", None, 404) == "TagNotFound"
        assert net.refused("GET", f"{path}/blue", None, 404) == "TagNotFound"
        assert net.ids(f"/{noun}?tags=red,green") == [thing["id"]]
        assert net.ids(f"/{noun}?not-tags-any=red&id={thing['id']}") == []
        net.call("DELETE", path, status=204)
        assert net.call("GET", path).json == {"tags": []}


def test_in_their_shape(net: Network) -> None:
    path = f"/networks/{net.make('network')['id']}/tags"
    recorded = exchange(f"PUT {URL}/networks/{{id}}/tags")
    assert net.call("PUT", path, recorded.body).json == recorded.answer
    missing = net.call("DELETE", f"{path}/no", status=404).json
    theirs = exchange(f"DELETE {URL}/networks/{{id}}/tags/blue", status=404)
    assert differences(theirs.answer, missing) == []


def test_tags_that_cannot_be(net: Network) -> None:
    path = f"/networks/{net.make('network')['id']}/tags"
    for tags in ("red", [7], [""], ["a,b"], ["a/b"], ["a" * 256], [str(n) for n in range(51)]):
        net.refused("PUT", path, {"tags": tags}, 400)
    net.refused("PUT", f"{path}/a,b", None, 400)
    net.refused("PUT", f"{path}/{'a' * 256}", None, 400)
    net.refused("PUT", f"{path}/red", None, 404, token="other")
    net.call("PUT", f"{path}/red", token="reader", status=403)
    assert net.call("GET", path).json == {"tags": []}


def test_extensions(net: Network) -> None:
    listed = net.call("GET", "/extensions", token="unscoped", status=200).json["extensions"]
    aliases = {each["alias"] for each in listed}
    assert {"quotas", "security-group", "external-net", "subnet_allocation"} <= aliases
    assert not {"address-scope", "trunk", "qos", "segment", "dvr", "l3-ha"} & aliases
    for each in listed:
        shown = net.call("GET", f"/extensions/{each['alias']}", status=200).json
        assert shown == {"extension": each}
    net.refused("GET", "/extensions/trunk", None, 404)


def test_agents_and_providers(net: Network, application: Application) -> None:
    (agent,) = net.call("GET", "/agents", token="admin", status=200).json["agents"]
    assert (agent["host"], agent["alive"], agent["agent_type"]) == ("gateway", False, "L3 agent")
    net.make("router")
    shown = net.call("GET", f"/agents/{agent['id']}", token="admin", status=200).json["agent"]
    assert shown["configurations"] == {"routers": 1}
    assert net.refused("GET", "/agents/no", None, 404, token="admin") == "AgentNotFound"
    assert net.call("GET", "/agents?host=no", token="admin").json == {"agents": []}
    assert net.call("GET", "/agents", status=200).json == exchange(f"GET {URL}/agents").answer
    net.call("GET", f"/agents/{agent['id']}", status=403)
    with application.transaction() as unit:
        now = application.clock.now()
        assert unit.leases.take("router:gateway", "somebody", now, now + timedelta(seconds=60))
    (agent,) = net.call("GET", "/agents?alive=true", token="admin").json["agents"]
    assert agent["alive"] is True
    assert net.call("GET", "/service-providers", status=200).json == {"service_providers": []}


def test_zones_are_the_clusters(net: Network, application: Application) -> None:
    assert (
        net.call("GET", "/availability_zones").json
        == exchange(f"GET {URL}/availability_zones").answer
    )
    with application.transaction() as unit:
        unit.clusters.add(cluster("a", "east"), application.clock.now())
        unit.clusters.add(cluster("b", "west", drained=True), application.clock.now())
    found = net.call("GET", "/availability_zones", status=200).json["availability_zones"]
    assert found == [
        {"name": "east", "resource": "network", "state": "available"},
        {"name": "west", "resource": "network", "state": "unavailable"},
    ]
    some = net.call("GET", "/availability_zones?state=available&fields=name", status=200).json
    assert some == {"availability_zones": [{"name": "east"}]}


LISTS = {
    "networks": 2,
    "subnets": 1,
    "ports": 3,
    "security-groups": 3,
    "security-group-rules": 2,
    "subnetpools": 1,
    "rbac-policies": 1,
}
WRITES = {
    "POST networks": 4,
    "POST subnets": 6,
    "POST ports": 10,
    "POST security-groups": 5,
    "PUT port": 9,
    "DELETE port": 13,
    "DELETE network": 12,
}


def test_the_number_of_statements_is_fixed(
    application_maker: Callable[..., Application], sqlite_database_url: str
) -> None:
    application = application_maker(sqlite_database_url)
    net = Network(client_of(application))
    statements: list[str] = []
    event.listen(
        application.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_rest: statements.append(statement),
    )

    def counted(method: str, path: str, body: Any = None) -> int:
        statements.clear()
        assert net.call(method, path, body).status_int < 300
        skipped = ("BEGIN", "SAVEPOINT", "RELEASE")
        return len([one for one in statements if not one.startswith(skipped)])

    network, _ = net.wired()
    spare = net.make("network")
    port = net.make("port", network_id=network["id"])
    for rows in (1, 12):
        for _ in range(rows):
            net.make("port", network_id=network["id"])
            net.make("security_group")
        for number in range(rows // 2):
            net.make("subnetpool", prefixes=[f"10.{number}.0.0/16"])
            share(net, network, f"{rows}-{number}")
        assert {noun: counted("GET", f"/{noun}") for noun in LISTS} == LISTS
    six = {"network_id": spare["id"], "cidr": "fd00::/64", "ip_version": 6}
    assert {
        "POST networks": counted("POST", "/networks", {"network": {}}),
        "POST subnets": counted("POST", "/subnets", {"subnet": six}),
        "POST ports": counted("POST", "/ports", {"port": {"network_id": network["id"]}}),
        "POST security-groups": counted("POST", "/security-groups", {"security_group": {}}),
        "PUT port": counted("PUT", f"/ports/{port['id']}", {"port": {"name": "x"}}),
        "DELETE port": counted("DELETE", f"/ports/{port['id']}"),
        "DELETE network": counted("DELETE", f"/networks/{spare['id']}"),
    } == WRITES
