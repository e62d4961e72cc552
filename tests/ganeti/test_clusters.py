"""The clusters themselves: two, real, private, and in our hands."""

import json

import pytest

from tests.ganeti.cluster import GanetiCluster

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow]

DISKLESS = ("--no-name-check", "--no-ip-check", "--disk-template=diskless", "--no-nics")
SMALL = ("--os-type=test-image+default", "--backend-parameters=memory=64,vcpus=1")


def test_two_clusters_of_two_nodes_answer(ganeti_clusters: dict[str, GanetiCluster]) -> None:
    for cluster in ganeti_clusters.values():
        assert cluster.rapi_answers()
        assert len(cluster.gnt("node", "list", "--no-headers").splitlines()) == 2


def test_clusters_have_certificates_of_their_own(
    ganeti_clusters: dict[str, GanetiCluster],
) -> None:
    prints = {cluster.connection.fingerprint for cluster in ganeti_clusters.values()}
    assert len(prints) == len(ganeti_clusters)


def test_an_instance_lives_crashes_and_goes(ganeti_cluster: GanetiCluster) -> None:
    cluster = ganeti_cluster
    cluster.gnt("instance", "add", *DISKLESS, *SMALL, "-O", "img_id=small", "one.test")
    assert status(cluster) == "running"
    cluster.crash("one.test")
    assert status(cluster) == "ERROR_down"
    assert any(cluster.queue_dir.glob("job-*"))
    ran = [json.loads(line) for line in cluster.hook_log().read_text().splitlines()]
    assert "OP_INSTANCE_CREATE" in {said["GANETI_OP_CODE"] for said in ran}
    cluster.clear()
    assert cluster.instance_names() == set()


def test_rapi_stops_and_comes_back(ganeti_cluster: GanetiCluster) -> None:
    ganeti_cluster.stop_rapi()
    assert not ganeti_cluster.rapi_answers()
    ganeti_cluster.start_rapi()
    assert ganeti_cluster.rapi_answers()


def status(cluster: GanetiCluster) -> str:
    return cluster.gnt("instance", "list", "--no-headers", "-o", "status").strip()
