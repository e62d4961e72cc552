"""A server's life on two real Ganeti clusters, with PostgreSQL and running workers."""

import base64
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from cyclades.bootstrap import Application
from cyclades.commands.worker import start_workers
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.wanted_server import WantedServer
from tests.ganeti.cloud import PATIENCE, Cloud, cloud_over
from tests.ganeti.cluster import GanetiCluster
from tests.harness.processes import wait_until

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow, pytest.mark.real_postgres]
MOST = 64 << 20  # bytes of a file that is looked at


@pytest.fixture
def cloud(
    ganeti_clusters: dict[str, GanetiCluster],
    postgres_database_url: str,
    application_maker: Callable[..., Application],
) -> Iterator[Cloud]:
    app = application_maker(postgres_database_url, poll_fast=0.3, poll_slow=2.0, scan_interval=4.0)
    cloud = cloud_over(app, ganeti_clusters)
    running = start_workers(app, ("effects", "poller"))
    yield cloud
    running.stop(app.queue.wake)
    for cluster in ganeti_clusters.values():
        cluster.clear()


def test_a_servers_life(cloud: Cloud) -> None:
    (server,) = cloud.create("life")
    assert cloud.see(server).status == "BUILD"
    cloud.until(server, "ACTIVE")
    home = cloud.home_of(server)
    assert home.instance_names() == {server.instance}
    cloud.act(server, Action.STOP)
    cloud.until(server, "SHUTOFF")
    cloud.act(server, Action.START)
    cloud.until(server, "ACTIVE")
    cloud.act(server, Action.REBOOT, "HARD")
    assert cloud.see(server).status == "HARD_REBOOT"
    cloud.until(server, "ACTIVE")
    cloud.delete(server)
    cloud.until(server, "DELETED")
    assert home.instance_names() == set()
    with cloud.app.reader() as unit:
        actions = unit.instance_actions.list(server.id)
        used = unit.quota.holdings(server.project_id, ["instances", "cores", "ram", "port"])
    assert [action.result for action in actions] == ["Success"] * 5
    assert {held.used for held in used.values()} == {0}
    reasons = home.gnt(
        "job", "info", "--", home.gnt("job", "list", "--no-headers", "-o", "id").split()[-1]
    )
    assert actions[0].request_id in reasons


def test_what_goes_into_a_guest_is_in_no_file_of_its_cluster(cloud: Cloud) -> None:
    text = base64.b64encode(b"canary of the owner").decode()
    wanted = WantedServer(
        *("secretive", "1", cloud.image),
        user_data=text,
        personality=(("/etc/canary", text),),
        admin_password="canary-password",
    )
    promised = cloud.app.atomically(
        lambda unit: unit.server_creation.create(cloud.caller, "req-secretive", wanted)
    )
    (server,) = promised.servers
    cloud.until(server, "ACTIVE")
    home = cloud.home_of(server)
    # What the OS definition was told: nobody else writes that down.
    (told,) = home.folder.glob(f"node*/log/os-{server.instance}.env")
    said = dict(line.partition("=")[::2] for line in told.read_text().splitlines())
    assert "canary-password" in said["OSP_GUEST"]
    secrets = [each.encode() for each in (text, "canary-password", said["OSP_TICKET"])]
    assert len(said["OSP_TICKET"]) >= 43
    files = [path for path in home.folder.rglob("*") if path.is_file() and path != told]
    names = {path.name for path in files}
    assert {"config.data", "jobs.log", "node-daemon.log"} <= names
    for path in files:
        if path.stat().st_size < MOST:  # disks are larger, and sparse
            content = path.read_bytes()
            assert not [secret for secret in secrets if secret in content], path
    cloud.delete(server)
    cloud.until(server, "DELETED")


def test_servers_land_on_both_clusters_and_none_on_a_drained_one(cloud: Cloud) -> None:
    servers = cloud.create("spread", count=4)
    for server in servers:
        cloud.until(server, "ACTIVE")
    homes = Counter(cloud.home_of(server).name for server in servers)
    assert homes == {"alpha": 2, "beta": 2}
    cloud.drain("alpha", drained=True)
    later = cloud.create("later", count=2)
    assert {cloud.home_of(server).name for server in later} == {"beta"}
    for server in later:
        cloud.until(server, "ACTIVE")
    for server in [*servers, *later]:
        cloud.delete(server)
    for server in [*servers, *later]:
        cloud.until(server, "DELETED")


def test_what_an_administrator_does_by_hand_is_seen(cloud: Cloud) -> None:
    (server,) = cloud.create("by-hand")
    cloud.until(server, "ACTIVE")
    home = cloud.home_of(server)
    home.gnt("instance", "shutdown", "--timeout=0", server.instance)
    cloud.until(server, "SHUTOFF")
    home.gnt("instance", "modify", "-B", "memory=256,vcpus=2", server.instance)

    def resized() -> bool:
        seen = cloud.see(server)
        return (seen.vcpus, seen.ram) == (2, 256)

    wait_until(resized, "new size", seconds=PATIENCE)
    home.gnt("instance", "startup", server.instance)
    cloud.until(server, "ACTIVE")
    home.gnt("instance", "remove", "--force", "--shutdown-timeout=0", server.instance)
    cloud.until(server, "DELETED")
    with cloud.app.reader() as unit:
        used = unit.quota.holdings(server.project_id, ["instances", "cores", "ram", "port"])
        last = unit.instance_actions.list(server.id)[0]
    assert {held.used for held in used.values()} == {0}
    assert last.message == "The server was removed by an operator."


def test_a_failed_create_says_why_and_leaves_nothing(cloud: Cloud) -> None:
    image = cloud.make_image("fai1ed00-0000-4000-8000-00000000fail")
    (server,) = cloud.create("failing", image)
    seen = cloud.until(server, "ERROR")
    assert seen.fault is not None
    assert "node" not in seen.fault.message
    home = cloud.home_of(server)
    wait_until(lambda: not home.instance_names(), "clean cluster", seconds=PATIENCE)
    cloud.delete(server)
    cloud.until(server, "DELETED")


def test_rapi_restarted_in_the_middle_of_submissions(cloud: Cloud) -> None:
    stop = threading.Event()

    def restart() -> None:
        while not stop.is_set():
            for cluster in cloud.clusters.values():
                cluster.restart_rapi()
            stop.wait(0.5)

    nuisance = threading.Thread(target=restart)
    nuisance.start()
    try:
        servers = cloud.create("restart", count=4)
        stop.wait(6)
    finally:
        stop.set()
        nuisance.join()
    for server in servers:
        cloud.until(server, "ACTIVE")
    names = [name for cluster in cloud.clusters.values() for name in cluster.instance_names()]
    assert sorted(names) == sorted(server.instance for server in servers)
    for server in servers:
        cloud.delete(server)
    for server in servers:
        cloud.until(server, "DELETED")
