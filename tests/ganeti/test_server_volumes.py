"""Servers with volumes in a real Ganeti cluster: boot from one, attach, detach, delete."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from cyclades.bootstrap import Application, Unit
from cyclades.commands.worker import start_workers
from cyclades.domain.model.block_device import BlockDevice, Destination, Source
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.services.server_volumes import WantedAttachment
from tests.ganeti.cloud import PATIENCE, Cloud, cloud_over
from tests.ganeti.cluster import GanetiCluster
from tests.ganeti.test_volumes import MARKER, OFFSET, file_of, marked, rests
from tests.harness.cloud import MEMBER, Users
from tests.harness.disks import Disks
from tests.harness.processes import wait_until

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow, pytest.mark.real_postgres]


@pytest.fixture
def cloud(
    ganeti_cluster: GanetiCluster,
    postgres_database_url: str,
    application_maker: Callable[..., Application],
) -> Iterator[Cloud]:
    fast = {"poll_fast": 0.3, "poll_slow": 2.0, "scan_interval": 4.0}
    app = application_maker(postgres_database_url, **fast)
    cloud = cloud_over(app, {"alpha": ganeti_cluster})
    running = start_workers(app, ("effects", "poller"))
    yield cloud
    running.stop(app.queue.wake)


def becomes(users: Users, server_id: str, *statuses: str) -> None:
    wait_until(
        lambda: (
            users.server(server_id).status in {"ERROR", *statuses}
            and users.server(server_id).effect_id is None
        ),
        f"{server_id} to be {statuses}",
        seconds=PATIENCE,
        pause=0.2,
    )
    server = users.server(server_id)
    assert server.status in statuses, server.fault


def remove(users: Users, server_id: str) -> None:
    users.delete(server_id)
    becomes(users, server_id, "DELETED")


def boot(users: Users, volume: Volume) -> str:
    device = BlockDevice(Source.VOLUME, Destination.VOLUME, volume.id, 0)
    server_id = users.create(image_id="", devices=(device,), interfaces="none")
    becomes(users, server_id, "ACTIVE")
    return server_id


def test_a_server_boots_from_a_volume_that_outlives_it(
    cloud: Cloud, ganeti_cluster: GanetiCluster
) -> None:
    with cloud.app.reader() as unit:
        (home,) = unit.clusters.list()
    users = Users(cloud.app, cloud.image)
    disks = Disks(users, home.id)
    first, data = disks.blank(size=2), disks.blank(size=3)
    change, wish = cloud.app.atomically, WantedAttachment(data.id)

    def prepare(unit: Unit) -> None:
        found = unit.volume_rows.by_id(first.id)
        assert found is not None
        unit.volume_rows.save(replace(found, bootable=True))

    cloud.app.atomically(prepare)
    one = boot(users, first)  # blank: its disk comes with the instance
    rests(disks, first, VolumeStatus.IN_USE, Place.SERVER)
    with file_of(ganeti_cluster, users.server(one).instance, 2).open("r+b") as disk:
        disk.seek(OFFSET)
        disk.write(MARKER)
    remove(users, one)  # while it runs
    rests(disks, first, VolumeStatus.AVAILABLE, Place.HOLDER)
    assert marked(file_of(ganeti_cluster, disks.holder(first), 2)) == MARKER
    two = boot(users, first)  # moves in as the first disk
    instance = users.server(two).instance
    names = [disk.name for disk in disks.instances()[instance].disks]
    assert names == [f"cyclades-disk-{first.id}"]
    assert marked(file_of(ganeti_cluster, instance, 2)) == MARKER
    for power in (Action.STOP, Action.START):  # attach and detach while it runs, and while not
        change(lambda unit: unit.server_volumes.attach(MEMBER, users.request(), two, wish))
        rests(disks, data, VolumeStatus.IN_USE, Place.SERVER)
        change(lambda unit: unit.server_volumes.detach(MEMBER, users.request(), two, data.id))
        rests(disks, data, VolumeStatus.AVAILABLE, Place.HOLDER)
        users.act(two, power)
        becomes(users, two, "SHUTOFF" if power is Action.STOP else "ACTIVE")
    remove(users, two)
    rests(disks, first, VolumeStatus.AVAILABLE, Place.HOLDER)
    holders = {disks.holder(each) for each in (first, data)}
    wait_until(
        lambda: ganeti_cluster.instance_names() == holders,
        "the end of the servers",
        seconds=PATIENCE,
        pause=0.5,
    )
