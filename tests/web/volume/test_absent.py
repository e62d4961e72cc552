"""What volumes have not, and what administrators see of clusters in their places."""

from typing import Any

import pytest

from cyclades.bootstrap import Application
from tests.harness.api import Client
from tests.harness.samples import NOW, a_cluster

BASE = "/volume/v3"


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("groups/detail", "groups"),
        ("group_types", "group_types"),
        ("group_snapshots", "group_snapshots"),
        ("consistencygroups", "consistencygroups"),
        ("qos-specs", "qos_specs"),
        ("messages", "messages"),
        ("clusters/detail", "clusters"),
        ("default-types", "default_types"),
    ],
)
def test_lists_of_nothing(api: Client, path: str, key: str) -> None:
    answer = api.call("GET", f"{BASE}/{path}", token="admin", version="3.71", status=200)
    assert answer.json == {key: []}


def test_they_came_with_their_microversions(api: Client) -> None:
    for path, before, since in (("groups", "3.12", "3.13"), ("messages", "3.2", "3.3")):
        api.call("GET", f"{BASE}/{path}", version=before, status=404)
        api.call("GET", f"{BASE}/{path}", version=since, status=200)


def test_clusters_are_services_hosts_and_pools(api: Client, application: Application) -> None:
    with application.transaction() as unit:
        unit.clusters.add(a_cluster("one"), NOW)

    def asked(path: str) -> Any:
        return api.call("GET", f"{BASE}/{path}", token="admin", version="3.71", status=200).json

    (service,) = asked("os-services?binary=cinder-volume")["services"]
    name = service["host"]
    assert (service["state"], service["status"]) == ("up", "enabled")
    assert [host["host_name"] for host in asked("os-hosts")["hosts"]] == ["cyclades", name]
    (total,) = asked(f"os-hosts/{name}")["host"]
    assert total["resource"]["volume_count"] == "0"
    (pool,) = asked("scheduler-stats/get_pools?detail=True")["pools"]
    assert pool["capabilities"]["pool_name"] == pool["name"] == name
    api.call("GET", f"{BASE}/os-hosts/none", token="admin", status=404)
    for path in ("os-services", "os-hosts", "scheduler-stats/get_pools", "qos-specs"):
        api.call("GET", f"{BASE}/{path}", status=403)


def test_services_are_not_drained_here(api: Client) -> None:
    def act(action: str, host: str) -> Any:
        body = {"host": host, "binary": "cinder-scheduler"}
        return api.call("PUT", f"{BASE}/os-services/{action}", body, token="admin")

    assert act("disable", "cyclades").status_int == 400
    assert act("disable", "none").status_int == 404
    assert act("freeze", "none").status_int == 400


def test_filters_and_extensions_are_told(api: Client) -> None:
    path = f"{BASE}/resource_filters?resource=volume"
    (volume,) = api.call("GET", path, version="3.33", status=200).json["resource_filters"]
    assert {"name", "name~", "status", "metadata"} <= set(volume["filters"])
    every = api.call("GET", f"{BASE}/extensions", status=200).json["extensions"]
    one = api.call("GET", f"{BASE}/extensions/{every[0]['alias']}", status=200).json
    assert one["extension"] == every[0]
    api.call("GET", f"{BASE}/extensions/none", status=404)
