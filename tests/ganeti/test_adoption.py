"""An instance that an administrator made by hand becomes a server, in a real cluster."""

from collections.abc import Callable, Iterator

import pytest

from cyclades.bootstrap import Application
from cyclades.commands.worker import start_workers
from cyclades.domain.model.server_actions import Action
from cyclades.domain.services.server_adoption import WantedAdoption, sighted
from tests.ganeti.cloud import Cloud, cloud_over
from tests.ganeti.cluster import GanetiCluster

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow, pytest.mark.real_postgres]

MAC, ADDRESS = "aa:0c:de:77:77:77", "203.0.113.77"
BY_HAND = (
    *("--no-name-check", "--no-ip-check", "--disk-template=file", "--disk=0:size=1G"),
    *("--os-type=test-image+default", "--backend-parameters=memory=512,vcpus=1"),
    *("-O", "img_id=small", f"--net=0:link=snf_public,mac={MAC},ip={ADDRESS}"),
)


@pytest.fixture
def cloud(
    ganeti_clusters: dict[str, GanetiCluster],
    postgres_database_url: str,
    application_maker: Callable[..., Application],
) -> Iterator[Cloud]:
    app = application_maker(postgres_database_url, poll_fast=0.3, poll_slow=1.0, scan_interval=2.0)
    cloud = cloud_over(app, {"alpha": ganeti_clusters["alpha"]})
    running = start_workers(app, ("effects", "poller"))
    yield cloud
    running.stop(app.queue.wake)
    ganeti_clusters["alpha"].clear()


def test_a_stranger_is_adopted_and_then_obeys(cloud: Cloud) -> None:
    app, alpha, caller = cloud.app, cloud.clusters["alpha"], cloud.caller
    alpha.gnt("instance", "add", *BY_HAND, "stranger.test")
    jobs = alpha.gnt("job", "list", "--no-headers", "-o", "id").split()
    cluster = app.atomically(lambda unit: unit.clusters.by_name("alpha"))
    seen = sighted(app.drivers.of(cluster.id), "stranger.test")
    wanted = WantedAdoption(caller.project_id or "", caller.user_id, "taken over")
    made = app.atomically(lambda unit: unit.server_adoption.adopt(cluster, seen, wanted))
    server = cloud.see(made.server)
    assert made.notes == []
    assert (server.status, server.vcpus, server.ram, server.disk) == ("ACTIVE", 1, 512, 1)
    with app.reader() as unit:
        (port,) = unit.port_rows.of_device(server.id)
    assert port.mac == MAC
    assert ADDRESS in {held.ip_address for held in port.fixed_ips}
    assert alpha.gnt("job", "list", "--no-headers", "-o", "id").split() == jobs
    cloud.act(server, Action.STOP)
    cloud.until(server, "SHUTOFF")
    cloud.delete(server)
    cloud.until(server, "DELETED")
    assert alpha.instance_names() == set()
