"""Copies of disks in a real Ganeti cluster: what was written is in every one of them."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cyclades.bootstrap import Application, Unit
from cyclades.commands.worker import start_workers
from cyclades.domain.model.image import UPLOAD, Image, Status
from cyclades.domain.model.image_edits import Edit
from cyclades.domain.model.saved_image import WantedServerImage
from cyclades.domain.model.snapshot import SnapshotStatus, WantedSnapshot
from cyclades.domain.model.volume import Volume, VolumeStatus
from cyclades.domain.model.wanted_volume import WantedVolume
from cyclades.domain.services.images import EVERYWHERE
from tests.ganeti.building import OPTIONS, building
from tests.ganeti.cloud import PATIENCE, Cloud, cloud_over
from tests.ganeti.cluster import GanetiCluster
from tests.harness.cloud import Users
from tests.harness.disks import Disks
from tests.harness.processes import wait_until

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow, pytest.mark.real_postgres]
IMAGE = bytes(range(256)) * 4096  # 1 MiB
MARKER, OFFSET = b"what its user wrote", 700 << 20


@pytest.fixture
def cloud(
    ganeti_cluster: GanetiCluster,
    postgres_database_url: str,
    application_maker: Callable[..., Application],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Cloud]:
    fast = {"poll_fast": 0.3, "poll_slow": 2.0, "scan_interval": 4.0}
    app = application_maker(postgres_database_url, **fast)
    ours = replace(ganeti_cluster.connection, options=OPTIONS)
    monkeypatch.setattr(ganeti_cluster, "connection", ours)
    cloud = cloud_over(app, {"alpha": ganeti_cluster})
    with building(app, "alpha", ganeti_cluster):
        running = start_workers(app, ("effects", "poller"))
        yield cloud
        running.stop(app.queue.wake)


def qcow2(content: bytes, folder: Path) -> bytes:
    """As clouds' images mostly are."""
    raw, image = folder / "raw", folder / "image"
    raw.write_bytes(content)
    command = ["qemu-img", "convert", "-f", "raw", "-O", "qcow2", str(raw), str(image)]
    subprocess.run(command, check=True)
    return image.read_bytes()


def keep_image(cloud: Cloud, content: bytes) -> str:
    edits = [Edit("add", "disk_format", "qcow2"), Edit("add", "container_format", "bare")]
    made = cloud.app.atomically(lambda unit: unit.images.create(cloud.caller, edits))
    cloud.app.image_uploads.receive(cloud.caller, made.id, UPLOAD, [content])
    return str(made.id)


def ask(cloud: Cloud, verb: Callable[[Unit, str], Any]) -> Any:
    """What a user asks for, in a request of its own."""
    request_id = f"req-{cloud.app.ids.new()}"
    return cloud.app.atomically(lambda unit: verb(unit, request_id))


def rests(disks: Disks, volume: Volume) -> None:
    """Wait until nothing is being done to it; it is well."""
    wait_until(lambda: disks.see(volume).task_id is None, "the volume", seconds=PATIENCE, pause=0.2)
    assert disks.see(volume).status is not VolumeStatus.ERROR, disks.see(volume).fault


def file_of(cluster: GanetiCluster, instance: str) -> Path:
    """Its disk of 1 GiB; nodes share their storage."""
    folder = cluster.folder / "shared" / "srv" / "shared-file-storage" / instance
    (found,) = (path for path in folder.iterdir() if path.stat().st_size == 1 << 30)
    return found


def test_copies_have_the_bytes(cloud: Cloud, ganeti_cluster: GanetiCluster, tmp_path: Path) -> None:
    with cloud.app.reader() as unit:
        (home,) = unit.clusters.list()
    caller, image = cloud.caller, keep_image(cloud, qcow2(IMAGE, tmp_path))
    disks = Disks(Users(cloud.app, image), home.id)
    wanted = WantedVolume("v", image_id=image)
    volume = ask(cloud, lambda unit, req: unit.volume_creation.create(caller, req, wanted))
    rests(disks, volume)
    first = file_of(ganeti_cluster, disks.holder(volume))
    assert first.read_bytes()[: len(IMAGE)] == IMAGE
    with first.open("r+b") as disk:
        disk.seek(OFFSET)
        disk.write(MARKER)
    snapshot = ask(
        cloud, lambda unit, req: unit.snapshots.create(caller, req, WantedSnapshot(volume.id))
    )
    rests(disks, volume)
    with cloud.app.reader() as unit:
        taken = unit.snapshot_rows.show(EVERYWHERE, snapshot.id)
    assert taken.status is SnapshotStatus.AVAILABLE, taken.fault
    with first.open("r+b") as disk:
        disk.seek(OFFSET)
        disk.write(bytes(len(MARKER)))  # the snapshot has it still
    again = WantedVolume("w", snapshot_id=snapshot.id)
    restored = ask(cloud, lambda unit, req: unit.volume_creation.create(caller, req, again))
    rests(disks, restored)
    (made,) = cloud.create("guest", image)
    server = cloud.until(made, "ACTIVE")
    root = file_of(ganeti_cluster, server.instance)
    assert root.read_bytes()[: len(IMAGE)] == IMAGE
    with root.open("r+b") as disk:
        disk.seek(OFFSET)
        disk.write(MARKER)
    saved = ask(
        cloud,
        lambda unit, req: unit.server_images.create(
            caller, req, server.id, WantedServerImage("saved")
        ),
    )
    assert disk_of(cloud, saved, tmp_path) == root.read_bytes()
    disks.attach(restored, server.id)
    rests(disks, restored)
    folder = ganeti_cluster.folder / "shared" / "srv" / "shared-file-storage" / server.instance
    assert sum(marked(path) for path in folder.iterdir()) == 2
    assert not [name for name in ganeti_cluster.instance_names() if "carrier" in name]


def marked(path: Path) -> bool:
    with path.open("rb") as disk:
        disk.seek(OFFSET)
        return disk.read(len(MARKER)) == MARKER


def disk_of(cloud: Cloud, image: Image, folder: Path) -> bytes:
    """What is in a saved image, once it is there."""

    def see() -> Image:
        with cloud.app.reader() as unit:
            return unit.images.repository.get(image.id, EVERYWHERE)

    wait_until(lambda: see().status is Status.ACTIVE, "the image", seconds=PATIENCE, pause=0.2)
    _, pieces = cloud.app.image_uploads.open_as_system(image.id)
    kept, raw = folder / "kept", folder / "kept.raw"
    kept.write_bytes(b"".join(pieces))
    command = ["qemu-img", "convert", "-f", "qcow2", "-O", "raw", str(kept), str(raw)]
    subprocess.run(command, check=True)
    return raw.read_bytes()
