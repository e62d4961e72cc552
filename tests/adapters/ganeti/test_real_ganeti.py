"""What only real Ganeti can show: where secrets go, and where old jobs are."""

import pytest

from cyclades.domain.model.effects import GuestConfig, StartInstance
from cyclades.ports.cluster_driver import ClusterUnavailable
from tests.contracts.clusters import Ground, effect, ganeti_ground, new_id, wanted
from tests.ganeti.cluster import GanetiCluster
from tests.harness.processes import wait_until

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow]


@pytest.fixture
def ground(ganeti_cluster: GanetiCluster) -> Ground:
    return ganeti_ground(ganeti_cluster)


def holders(cluster: GanetiCluster, canary: bytes) -> set[str]:
    """Files of Ganeti's own state, configuration and logs with the canary in them."""
    return {
        path.name
        for node in cluster.nodes.values()
        for part in ("lib", "etc", "log")
        for path in (node.folder / part).rglob("*")
        if path.is_file() and canary in path.read_bytes()
    }


def test_secrets_reach_the_os_definition_and_nothing_else(
    ground: Ground, ganeti_cluster: GanetiCluster
) -> None:
    guest = GuestConfig(admin_password="canary-7f3a", personality=(("/etc/x", "canary-7f3a"),))
    job_id = ground.driver.submit(effect(wanted("secretive"), guest))
    seen: set[str] = set()

    def ended() -> bool:
        seen.update(holders(ganeti_cluster, b"canary-7f3a"))
        return ground.report(job_id).outcome is not None

    wait_until(ended, f"end of job {job_id}")
    # The test OS definition notes its environment: proof that the secrets arrived.
    assert seen | holders(ganeti_cluster, b"canary-7f3a") == {"os-secretive.env"}


def test_jobs_are_found_in_the_archive(ground: Ground, ganeti_cluster: GanetiCluster) -> None:
    asked = effect(StartInstance("nobody"))
    job_id = ground.driver.submit(asked)
    ground.wait(job_id)
    ganeti_cluster.gnt("job", "archive", *(str(job.job_id) for job in ground.driver.jobs()))
    assert ground.driver.jobs() == []
    assert ground.driver.find(asked.id) == job_id
    assert ground.report(job_id).effect_id == asked.id
    assert ground.driver.find(new_id()) is None


def test_a_drained_queue_is_told_from_a_broken_cluster(
    ground: Ground, ganeti_cluster: GanetiCluster
) -> None:
    ganeti_cluster.gnt("cluster", "queue", "drain")
    try:
        with pytest.raises(ClusterUnavailable, match="takes no jobs"):
            ground.driver.submit(effect(StartInstance("nobody")))
    finally:
        ganeti_cluster.gnt("cluster", "queue", "undrain")


def test_a_rapi_that_is_down_got_nothing(ground: Ground, ganeti_cluster: GanetiCluster) -> None:
    asked = effect(StartInstance("nobody"))
    ganeti_cluster.stop_rapi()
    try:
        with pytest.raises(ClusterUnavailable):
            ground.driver.submit(asked)
    finally:
        ganeti_cluster.start_rapi()
    assert ground.driver.find(asked.id) is None
