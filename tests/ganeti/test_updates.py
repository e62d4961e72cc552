"""What happens in a real cluster reaches the API through hints alone: no poller runs here."""

from collections.abc import Callable, Iterator

import pytest

from cyclades.bootstrap import Application
from cyclades.domain.model.server_actions import Action
from tests.ganeti.cloud import PATIENCE
from tests.ganeti.cluster import GanetiCluster
from tests.ganeti.fixtures import running_clusters
from tests.ganeti.site import Site, listening
from tests.harness.processes import wait_until
from tests.harness.rabbitmq import RabbitServer
from tests.harness.reliability import Recorder

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow, pytest.mark.real_postgres]

GENEROUS = 5.0  # seconds; on an idle machine it is less than one
SLOW, FAILING = "5105510e-0000-4000-8000-00000000510e", "fai1ed00-0000-4000-8000-00000000fail"
Maker = Callable[..., Application]


@pytest.fixture
def site(
    ganeti_cluster: GanetiCluster,
    rabbitmq_server: RabbitServer,
    postgres_database_url: str,
    application_maker: Maker,
) -> Iterator[Site]:
    app = application_maker(postgres_database_url, hints="amqp", broker_url=rabbitmq_server.url())
    with listening(app, ganeti_cluster, rabbitmq_server) as site:
        yield site


def test_the_operators_test_arrives(site: Site) -> None:
    app = site.cloud.app
    said = site.nodes.test("node1", "a-token")
    assert "confirmed the test" in said

    def heard() -> bool:
        with app.reader() as unit:
            (cluster,) = unit.clusters.list()
            return unit.clusters.heard_token(cluster.connection.id) == "a-token"

    wait_until(heard, "test event")
    assert "not the master" in site.nodes.test("node2", "another")


def test_a_users_server_and_what_an_administrator_does_to_it(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    cloud = site.cloud
    (server,) = cloud.create("told")
    taken = {"create": site.until(server, "ACTIVE")}
    taken["gnt-instance shutdown"] = site.change(server, "SHUTOFF", "shutdown", "--timeout=0")
    taken["gnt-instance startup"] = site.change(server, "ACTIVE", "startup")
    cloud.act(server, Action.STOP)
    taken["stop"] = site.until(server, "SHUTOFF")
    cloud.delete(server)
    taken["delete"] = site.until(server, "DELETED")
    record_property("seconds from the job's end to the API", taken)
    print(taken)  # noqa: T201  what `pytest -s` is for
    assert max(taken.values()) < GENEROUS


def test_the_progress_of_a_build_is_seen(site: Site) -> None:
    cloud = site.cloud
    (server,) = cloud.create("slowly", cloud.make_image(SLOW))
    seen: set[int] = set()

    def built() -> bool:
        current = cloud.see(server)
        seen.add(current.progress or 0)
        return current.status == "ACTIVE"

    wait_until(built, "ACTIVE", seconds=PATIENCE, pause=0.05)
    assert seen & {25, 50, 75}
    wait_until(lambda: "The image is deployed." in site.steps(server), "message of the build")


def test_failed_and_canceled_jobs_are_seen(site: Site) -> None:
    cloud, cluster = site.cloud, site.cluster
    (failing,) = cloud.create("failing", cloud.make_image(FAILING))
    cloud.until(failing, "ERROR")
    # Whoever holds the nodes' locks makes the next job wait.
    nodes = [f"-n{node.fqdn}" for node in cluster.nodes.values()]
    cluster.gnt("debug", "delay", "--submit", "--no-master", *nodes, "15")
    (canceled,) = cloud.create("canceled")
    wait_until(lambda: bool(site.jobs(canceled)), "job", seconds=PATIENCE)
    cluster.gnt("job", "cancel", *site.jobs(canceled))
    cloud.until(canceled, "ERROR")


def test_hooks_run_on_the_master_only(site: Site) -> None:
    site.nodes.kill("node1")
    site.nodes.kill("node2")
    before = site.nodes.waiting("node1")
    site.cluster.gnt("network", "add", "--network=10.99.0.0/24", "hooked")
    site.cluster.gnt("network", "connect", "--nic-parameters=mode=bridged,link=prv0", "hooked")
    site.cluster.gnt("network", "disconnect", "hooked")
    site.cluster.gnt("network", "remove", "hooked")
    assert site.nodes.waiting("node1") == before + 4
    assert site.nodes.waiting("node2") == 0


@pytest.mark.fault(45)
def test_a_watcher_that_is_killed_loses_nothing(site: Site, converged: Recorder) -> None:
    cloud, cluster = site.cloud, site.cluster
    (server,) = cloud.create("missed")
    cloud.until(server, "ACTIVE")
    wait_until(lambda: not site.nodes.waiting("node1"), "empty spool")
    site.nodes.kill("node1")
    cluster.gnt("instance", "shutdown", "--timeout=0", server.instance)
    assert cloud.see(server).status == "ACTIVE"
    assert site.nodes.waiting("node1") == 1, "what the hook has to say"
    with converged.timed(45):
        site.nodes.start("node1")
        cloud.until(server, "SHUTOFF")


@pytest.mark.fault(51)
def test_while_the_broker_is_away_jobs_go_on_and_are_seen_later(
    site: Site, rabbitmq_server: RabbitServer, converged: Recorder
) -> None:
    cloud, cluster = site.cloud, site.cluster
    (server,) = cloud.create("later")
    cloud.until(server, "ACTIVE")
    rabbitmq_server.kill()
    try:
        cluster.gnt("instance", "shutdown", "--timeout=0", server.instance)
        cluster.gnt("instance", "modify", "-B", "memory=256,vcpus=2", server.instance)
        assert site.nodes.waiting("node1") > 2
        assert cloud.see(server).status == "ACTIVE"
    finally:
        rabbitmq_server.start()
    with converged.timed(51):
        cloud.until(server, "SHUTOFF")
        wait_until(lambda: cloud.see(server).ram == 256, "new size", seconds=PATIENCE)
    wait_until(lambda: not site.nodes.waiting("node1"), "empty spool")


@pytest.mark.fault(43)
def test_after_a_failover_the_new_master_reports(
    rabbitmq_server: RabbitServer,
    postgres_database_url: str,
    application_maker: Maker,
    converged: Recorder,
) -> None:
    app = application_maker(postgres_database_url, hints="amqp", broker_url=rabbitmq_server.url())
    with (
        running_clusters({"gamma": 3}) as clusters,
        listening(app, clusters["gamma"], rabbitmq_server) as site,
    ):
        cluster, cloud = site.cluster, site.cloud
        (server,) = cloud.create("moving")
        cloud.until(server, "ACTIVE")
        cluster.fail_over("node2")
        cluster.gnt("instance", "shutdown", "--timeout=0", server.instance)
        with converged.timed(43):
            cloud.until(server, "SHUTOFF")
        cluster.gnt("instance", "startup", server.instance)
        cloud.until(server, "ACTIVE")
        assert site.nodes.waiting("node1") == 0
        (another,) = cloud.create("another")
        cloud.until(another, "ACTIVE")
