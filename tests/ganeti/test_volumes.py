"""A volume's life in a real Ganeti cluster: its disk goes from instance to instance."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cyclades.bootstrap import Application
from cyclades.commands.worker import start_workers
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.workers.audits import audit_cluster
from tests.ganeti.cloud import PATIENCE, Cloud, cloud_over
from tests.ganeti.cluster import GanetiCluster
from tests.harness.cloud import Users
from tests.harness.disks import Disks
from tests.harness.processes import wait_until

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow, pytest.mark.real_postgres]
MARKER, OFFSET = b"what its user wrote", 1 << 20
GIB = 1 << 30


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


def rests(disks: Disks, volume: Volume, status: VolumeStatus, place: Place) -> None:
    """Wait for the end of what is being done to it."""
    wait_until(
        lambda: disks.see(volume).task_id is None,
        f"{volume.name} to be {status}",
        seconds=PATIENCE,
        pause=0.2,
    )
    assert disks.at_rest(volume) == (status, place), disks.see(volume).fault


def file_of(cluster: GanetiCluster, instance: str, size: int) -> Path:
    """The disk of this size in an instance; nodes share their storage."""
    folder = cluster.folder / "shared" / "srv" / "shared-file-storage" / instance
    (found,) = (path for path in folder.iterdir() if path.stat().st_size == size * GIB)
    return found


def marked(path: Path) -> bytes:
    with path.open("rb") as disk:
        disk.seek(OFFSET)
        return disk.read(len(MARKER))


def test_a_volume_goes_from_server_to_server(cloud: Cloud, ganeti_cluster: GanetiCluster) -> None:
    with cloud.app.reader() as unit:
        (home,) = unit.clusters.list()
    disks = Disks(Users(cloud.app, cloud.image), home.id)
    one, two = (cloud.until(made, "ACTIVE") for made in cloud.create("guest", count=2))
    volume = disks.blank(size=2)
    disks.attach(volume, one.id)
    rests(disks, volume, VolumeStatus.IN_USE, Place.SERVER)
    with file_of(ganeti_cluster, one.instance, 2).open("r+b") as disk:
        disk.seek(OFFSET)
        disk.write(MARKER)
    disks.detach(volume, one.id)
    rests(disks, volume, VolumeStatus.AVAILABLE, Place.HOLDER)
    holder = disks.holder(volume)
    assert ganeti_cluster.instance_names() == {one.instance, two.instance, holder}
    assert marked(file_of(ganeti_cluster, holder, 2)) == MARKER
    disks.attach(volume, two.id)
    rests(disks, volume, VolumeStatus.IN_USE, Place.SERVER)
    disks.extend(volume, 3, two.id)
    rests(disks, volume, VolumeStatus.IN_USE, Place.SERVER)
    assert marked(file_of(ganeti_cluster, two.instance, 3)) == MARKER
    assert audit_cluster(cloud.app, home.id).found == []
    disks.detach(volume, two.id)
    rests(disks, volume, VolumeStatus.AVAILABLE, Place.HOLDER)
    disks.delete(volume)
    wait_until(lambda: disks.gone(volume), "the end of the volume", seconds=PATIENCE, pause=0.2)
    assert ganeti_cluster.instance_names() == {one.instance, two.instance}
    storage = ganeti_cluster.folder / "shared" / "srv" / "shared-file-storage"
    # An instance that is removed without disks leaves its folder, empty: Ganeti's own way.
    full = {path.name for path in storage.iterdir() if any(path.iterdir())}
    assert full == {one.instance, two.instance}
