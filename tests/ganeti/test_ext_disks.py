"""Volumes that an external provider keeps, in a real Ganeti cluster."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cyclades.bootstrap import Application, Unit
from cyclades.commands.worker import start_workers
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.flavor import Flavor
from cyclades.domain.model.snapshot import SnapshotStatus, WantedSnapshot
from cyclades.domain.model.volume import Place, Volume, VolumeStatus, disk_name
from cyclades.domain.model.wanted_server import WantedServer
from cyclades.domain.model.wanted_volume import WantedVolume
from cyclades.domain.services.images import EVERYWHERE
from cyclades.domain.services.server_volumes import WantedAttachment
from cyclades.workers.audits import audit_cluster
from tests.ganeti.cloud import PATIENCE, Cloud, cloud_over
from tests.ganeti.cluster import GanetiCluster
from tests.ganeti.cluster_files import PROVIDER
from tests.harness.cloud import Users
from tests.harness.disks import PREFIX, Disks
from tests.harness.processes import wait_until

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow, pytest.mark.real_postgres]
SPECS = {"SNF:disk_template": "ext", "SNF:provider": PROVIDER, "SNF:clone": "true"}
MARKER, OFFSET = b"what its user wrote", 700 << 20


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


def ask(cloud: Cloud, verb: Callable[[Unit, str], Any]) -> Any:
    """What a user asks for, in a request of its own."""
    request_id = f"req-{cloud.app.ids.new()}"
    return cloud.app.atomically(lambda unit: verb(unit, request_id))


def make(cloud: Cloud, **wanted: Any) -> Volume:
    kind = WantedVolume("v", type_name="far", **wanted)
    made: Volume = ask(
        cloud, lambda unit, req: unit.volume_creation.create(cloud.caller, req, kind)
    )
    return made


def attach(cloud: Cloud, disks: Disks, volume: Volume, server_id: str) -> None:
    """To the end."""
    wanted = WantedAttachment(volume.id)
    ask(
        cloud,
        lambda unit, req: unit.server_volumes.attach(cloud.caller, req, server_id, wanted),
    )
    wait_until(lambda: disks.see(volume).task_id is None, "the volume", seconds=PATIENCE, pause=0.2)
    seen = disks.see(volume)
    assert (seen.status, seen.place) == (VolumeStatus.IN_USE, Place.SERVER), seen.fault


def file_of(cluster: GanetiCluster, object_id: str) -> Path:
    """Where the provider keeps a disk."""
    store = cluster.folder / "shared" / "srv" / "ext"
    return store / (store / "names" / disk_name(PREFIX, object_id)).readlink().name


def write(path: Path, content: bytes) -> None:
    with path.open("r+b") as disk:
        disk.seek(OFFSET)
        disk.write(content)


def marked(path: Path) -> bool:
    with path.open("rb") as disk:
        disk.seek(OFFSET)
        return disk.read(len(MARKER)) == MARKER


def furnished(cloud: Cloud) -> str:
    """A server with its own disk at the provider's."""

    def offer(unit: Unit) -> str:
        unit.volume_types.create("far", None, is_public=True, specs=SPECS)
        flavor = Flavor("far", "far", 1, 512, 1, extra_specs={"SNF:volume_type": "far"})
        return unit.flavors.create(flavor).id

    wanted = WantedServer("guest", cloud.app.atomically(offer), cloud.image)
    promised = ask(cloud, lambda unit, req: unit.server_creation.create(cloud.caller, req, wanted))
    return cloud.until(promised.servers[0], "ACTIVE").id


def test_a_copy_is_made_by_its_provider(cloud: Cloud, ganeti_cluster: GanetiCluster) -> None:
    with cloud.app.reader() as unit:
        (home,) = unit.clusters.list()
    disks, caller = Disks(Users(cloud.app, cloud.image), home.id), cloud.caller
    server_id = furnished(cloud)
    volume = make(cloud, size=1)
    attach(cloud, disks, volume, server_id)
    write(file_of(ganeti_cluster, volume.id), MARKER)
    snapshot = ask(
        cloud,
        lambda unit, req: unit.snapshots.create(
            caller, req, WantedSnapshot(volume.id, in_use=True)
        ),
    )
    wait_until(
        lambda: disks.see(volume).task_id is None, "the snapshot", seconds=PATIENCE, pause=0.2
    )
    with cloud.app.reader() as unit:
        taken = unit.snapshot_rows.show(EVERYWHERE, snapshot.id)
    assert taken.status is SnapshotStatus.AVAILABLE, taken.fault
    write(file_of(ganeti_cluster, volume.id), bytes(len(MARKER)))  # the snapshot has it still
    copy = make(cloud, size=2, snapshot_id=snapshot.id)
    assert disks.at_rest(copy) == (VolumeStatus.AVAILABLE, Place.ORIGIN)
    attach(cloud, disks, copy, server_id)
    kept = file_of(ganeti_cluster, copy.id)
    assert marked(kept)
    assert kept.stat().st_size == 2 << 30
    assert not marked(file_of(ganeti_cluster, volume.id))
    with pytest.raises(InvalidInput, match="ext cannot be moved to or from servers"):
        ask(cloud, lambda unit, req: unit.server_volumes.detach(caller, req, server_id, copy.id))
    assert audit_cluster(cloud.app, home.id).found == []
