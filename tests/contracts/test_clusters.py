"""What any ClusterRepository does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.servers import SqlServers
from cyclades.domain.model.cluster import Capacity, Cluster, ClusterConnection
from cyclades.domain.model.errors import AlreadyExists, Conflict, NotFound
from cyclades.domain.model.server_states import VmState
from cyclades.ports.clusters import ClusterRepository
from tests.harness.samples import CAPACITY, NOW, a_cluster, a_server
from tests.harness.sealing import dumped, secrets

LEASE = timedelta(seconds=15)
CANARY = "canary-91c0"
CONNECTION = ClusterConnection(
    "one", "ganeti", "https://one:5080", "rapi", CANARY, "ab" * 32, "-----BEGIN", {"a": "b"}
)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Rolled back in the end."""
    with engine.connect() as opened:
        yield opened


@pytest.fixture
def clusters(connection: Connection) -> ClusterRepository:
    return SqlClusters(connection, secrets())


def added(clusters: ClusterRepository, cluster: Cluster) -> Cluster:
    clusters.add(cluster, NOW)
    return replace(cluster, created=NOW)


def test_what_goes_in_comes_out(clusters: ClusterRepository) -> None:
    cluster = added(
        clusters,
        a_cluster(connection=CONNECTION, availability_zone="east", drained=True, offline=True),
    )
    assert clusters.get("one") == clusters.by_name("one") == cluster


def test_the_password_is_sealed_and_no_list_shows_it(
    clusters: ClusterRepository, connection: Connection
) -> None:
    added(clusters, a_cluster(connection=CONNECTION))
    assert CANARY not in dumped(connection)
    (listed,) = clusters.list()
    assert listed.connection == replace(CONNECTION, password="")
    assert CANARY not in repr(clusters.get("one"))


def test_the_list_is_in_order_of_names(clusters: ClusterRepository) -> None:
    for name in ("b", "c", "a"):
        added(clusters, a_cluster(name))
    assert [cluster.name for cluster in clusters.list()] == ["a", "b", "c"]


@pytest.mark.parametrize("twin", [{"name": "one"}, {"uuid": "uuid-of-one"}])
def test_a_cluster_is_registered_once(clusters: ClusterRepository, twin: dict[str, str]) -> None:
    added(clusters, a_cluster())
    with pytest.raises(AlreadyExists):
        clusters.add(replace(a_cluster("two"), **twin), NOW)  # type: ignore[arg-type]  # texts
    added(clusters, a_cluster("three"))  # the transaction lives on


def test_what_is_not_there(clusters: ClusterRepository) -> None:
    for look in (clusters.get, clusters.by_name):
        with pytest.raises(NotFound):
            look("missing")


def test_the_way_to_a_cluster_changes(clusters: ClusterRepository, connection: Connection) -> None:
    before = added(clusters, a_cluster(connection=CONNECTION))
    other = replace(CONNECTION, endpoint="https://two:5080", username="new", password="other")
    clusters.set_connection(other, NOW)
    assert clusters.get("one") == replace(before, connection=other, version=before.version + 1)
    assert "other" not in dumped(connection)


def test_trouble_is_kept_until_it_is_over(clusters: ClusterRepository) -> None:
    added(clusters, a_cluster(connection=CONNECTION))
    clusters.set_state("one", NOW, trouble="No answer.")
    clusters.set_state("one", NOW, drained=True)
    assert clusters.get("one").trouble == "No answer."
    clusters.set_state("one", NOW, trouble="")
    assert not clusters.get("one").trouble


@pytest.mark.parametrize("switch", ["drained", "offline", "breaker_open"])
def test_a_switch_changes_alone(clusters: ClusterRepository, switch: str) -> None:
    before = added(clusters, a_cluster())
    on: dict[str, Any] = {switch: True}
    clusters.set_state("one", NOW, **on)
    changed = clusters.get("one")
    assert changed == replace(before, version=2, **{switch: True})  # type: ignore[arg-type]  # flags
    clusters.set_state("one", NOW, **(on | {switch: False}))
    assert clusters.get("one") == replace(before, version=3)


def test_what_was_promised_counts_until_the_next_sight(clusters: ClusterRepository) -> None:
    added(clusters, a_cluster())
    clusters.reserve("one", 2, 1024, 2048)
    assert clusters.get("one").capacity == replace(
        CAPACITY,
        memory_free=CAPACITY.memory_free - 2048,
        disk_free=CAPACITY.disk_free - 4096,
        instances=CAPACITY.instances + 2,
    )
    seen = Capacity(1, 2, 3, 4, 5, 6, 7)
    clusters.set_capacity("one", seen, NOW)
    assert clusters.get("one").capacity == seen


def test_one_poller_at_a_time(clusters: ClusterRepository) -> None:
    added(clusters, a_cluster())
    until = NOW + LEASE
    assert clusters.lease("one", "a", NOW, until)
    assert not clusters.lease("one", "b", NOW, until)
    assert clusters.lease("one", "a", NOW, until + LEASE), "who polls stays"
    assert not clusters.lease("one", "b", until + LEASE, until + 2 * LEASE)
    later = until + LEASE + timedelta(seconds=1)
    assert clusters.lease("one", "b", later, later + LEASE)
    assert not clusters.lease("one", "a", later, later + LEASE)
    assert not clusters.lease("missing", "a", NOW, until)


def test_only_an_empty_cluster_is_removed(
    clusters: ClusterRepository, connection: Connection
) -> None:
    for name in ("one", "two", "three"):
        added(clusters, a_cluster(name))
    SqlServers(connection).add(a_server(cluster_id="one"))
    SqlServers(connection).add(a_server(cluster_id="two", vm_state=VmState.DELETED))
    for name in ("one", "two"):
        with pytest.raises(Conflict):
            clusters.remove(name)
    clusters.remove("three")
    assert [cluster.name for cluster in clusters.list()] == ["one", "two"]


def test_the_last_test_event_is_remembered(clusters: ClusterRepository) -> None:
    added(clusters, a_cluster(connection=CONNECTION))
    assert clusters.heard_token("one") is None
    clusters.note_heard("one", NOW, "a-token")
    clusters.note_heard("one", NOW)
    assert clusters.heard_token("one") == "a-token"
    assert clusters.heard_token("unknown") is None
