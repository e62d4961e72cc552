"""Audits of a real cluster: what is in order is left alone, and so are strangers."""

from collections.abc import Callable, Iterator

import pytest

from cyclades.bootstrap import Application
from cyclades.commands.worker import start_workers
from cyclades.domain.model.divergence import DivergenceKind
from cyclades.domain.model.server import Server
from cyclades.workers.audits import audit_cluster, audit_ledger
from tests.ganeti.cloud import Cloud, cloud_over
from tests.ganeti.cluster import GanetiCluster
from tests.harness.processes import wait_until

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow, pytest.mark.real_postgres]

Kind = DivergenceKind
BY_HAND = (
    *("--no-name-check", "--no-ip-check", "--disk-template=diskless", "--no-nics"),
    *("--os-type=test-image+default", "--backend-parameters=memory=64,vcpus=1"),
    *("-O", "img_id=small"),
)


@pytest.fixture
def cloud(
    ganeti_clusters: dict[str, GanetiCluster],
    postgres_database_url: str,
    application_maker: Callable[..., Application],
) -> Iterator[Cloud]:
    """One cluster; what is asked of it is done, and nobody but audits looks by himself."""
    app = application_maker(postgres_database_url, poll_fast=0.3, poll_slow=1.0)
    cloud = cloud_over(app, {"alpha": ganeti_clusters["alpha"]})
    running = start_workers(app, ("effects",))
    yield cloud
    running.stop(app.queue.wake)
    ganeti_clusters["alpha"].clear()


def built(cloud: Cloud, count: int) -> list[Server]:
    """Servers that are ACTIVE, with a poller's help."""
    polling = start_workers(cloud.app, ("poller",))
    made = [cloud.until(server, "ACTIVE") for server in cloud.create("audited", count=count)]
    polling.stop(cloud.app.queue.wake)
    return made


def audited(cloud: Cloud, server: Server) -> dict[Kind, str]:
    found = audit_cluster(cloud.app, server.cluster_id).found
    return {seen.divergence.kind: seen.divergence.object_id for seen in found}


def test_what_an_audit_sees_and_mends(cloud: Cloud) -> None:
    first, second = built(cloud, 2)
    alpha = cloud.clusters["alpha"]
    assert audited(cloud, first) == {}, "interfaces, disks and tags are as we asked for"
    assert audit_ledger(cloud.app).found == []

    alpha.gnt("instance", "shutdown", "--timeout=0", first.instance)
    alpha.gnt("instance", "modify", "-B", "memory=256,vcpus=2", second.instance)
    alpha.gnt("instance", "remove-tags", second.instance, f"cyclades:server:{second.id}")
    alpha.gnt("instance", "add", *BY_HAND, "stranger.test")
    assert audited(cloud, first) == {
        Kind.POWER: first.id,
        Kind.SIZE: second.id,
        Kind.TAGS: second.id,
        Kind.UNKNOWN_INSTANCE: "stranger.test",
    }
    assert cloud.see(first).status == "SHUTOFF"
    assert (cloud.see(second).vcpus, cloud.see(second).ram) == (2, 256)
    polling = start_workers(cloud.app, ("poller",))
    left = {Kind.UNKNOWN_INSTANCE: "stranger.test"}

    def mended() -> bool:
        # A server with a job is not judged: that nothing is found does not mean that it is done.
        tags = alpha.gnt("instance", "list-tags", second.instance)
        return audited(cloud, first) == left and second.id in tags

    wait_until(mended, "a tag that is set again", seconds=60, pause=0.5)
    polling.stop(cloud.app.queue.wake)
    assert audit_ledger(cloud.app).found == []
    assert alpha.instance_names() == {first.instance, second.instance, "stranger.test"}


def test_an_orphan_goes_and_a_missing_instance_is_told(cloud: Cloud) -> None:
    first, second = built(cloud, 2)
    alpha = cloud.clusters["alpha"]
    cloud.delete(first)
    polling = start_workers(cloud.app, ("poller",))
    cloud.until(first, "DELETED")
    polling.stop(cloud.app.queue.wake)
    alpha.gnt("instance", "add", *BY_HAND, first.instance)
    alpha.gnt("instance", "remove", "--force", "--shutdown-timeout=0", second.instance)
    expected = {Kind.ORPHAN_INSTANCE: first.instance, Kind.STALE_SERVER: second.id}
    assert audited(cloud, first) == expected
    assert cloud.see(second).status == "ACTIVE"
    assert audited(cloud, first) == expected
    assert cloud.see(second).status == "ERROR"
    wait_until(lambda: alpha.instance_names() == set(), "an empty cluster", seconds=60)
