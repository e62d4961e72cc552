"""Availability zones and extensions."""

from typing import Any

import pytest

from cyclades.domain.model.availability_zone import zones_of
from cyclades.domain.model.cluster import Capacity, Cluster, ClusterConnection
from tests.harness.api import Client
from tests.web.golden import differences, exchange

BASE = "/compute/v2.1/os-availability-zone"


def cluster(name: str, zone: str = "nova", **state: Any) -> Cluster:
    connection = ClusterConnection(name, "simulated")
    return Cluster(name, name, connection, name, "3.0", (), (), Capacity(), zone, **state)


@pytest.mark.parametrize(
    ("state", "available"),
    [({}, True), ({"drained": True}, False), ({"offline": True}, False)],
)
def test_a_zone_is_available_while_a_cluster_is(state: dict[str, Any], available: bool) -> None:
    (zone,) = zones_of([cluster("a", **state)])
    assert zone.available is available
    (zone,) = zones_of([cluster("a", **state), cluster("b")])
    assert zone.available


def test_zones_are_by_name() -> None:
    assert [zone.name for zone in zones_of([cluster("a", "z"), cluster("b", "y")])] == ["y", "z"]


def test_members_see_zones_and_operators_their_clusters(api: Client, application: Any) -> None:
    with application.transaction() as unit:
        unit.clusters.add(cluster("a"), application.clock.now())
    shown = api.call("GET", BASE, status=200).json
    theirs = exchange("GET /compute/v2.1/os-availability-zone").answer
    assert differences(theirs, shown) == []
    assert shown["availabilityZoneInfo"][0]["hosts"] is None
    refused = api.call("GET", f"{BASE}/detail", status=403).json
    recorded = exchange("GET /compute/v2.1/os-availability-zone/detail", status=403)
    assert refused == recorded.answer
    (zone,) = api.call("GET", f"{BASE}/detail", token="admin").json["availabilityZoneInfo"]
    assert zone["hosts"]["a"]["cluster"]["available"] is True


def test_volumes_are_where_servers_are(api: Client, application: Any) -> None:
    with application.transaction() as unit:
        unit.clusters.add(cluster("a"), application.clock.now())
    shown = api.call("GET", "/volume/v3/os-availability-zone", status=200).json
    theirs = exchange("GET /volume/v3/os-availability-zone").answer
    assert differences(theirs, shown) == []


def test_extensions(api: Client) -> None:
    listed = api.call("GET", "/compute/v2.1/extensions", status=200).json["extensions"]
    one = api.call("GET", "/compute/v2.1/extensions/os-keypairs", status=200).json["extension"]
    assert one in listed
    assert set(one) == {"alias", "name", "description", "links", "namespace", "updated"}
    api.call("GET", "/compute/v2.1/extensions/nope", status=404)
