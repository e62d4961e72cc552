"""What is on disks: copied, saved and brought back, over a simulated cluster with real bytes."""

import pytest

from cyclades.domain.model.backup import BackupStatus
from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound
from cyclades.domain.model.image import Status
from cyclades.domain.model.volume import Place, VolumeStatus
from tests.harness.cloud import ADMIN, MEMBER, Cloud
from tests.harness.disk_copies import Copies
from tests.harness.disks import Disks

pytestmark = pytest.mark.slow
MARKER = b"marked" * 1000
OTHER = b"other!" * 1000
AVAILABLE, ERROR = VolumeStatus.AVAILABLE, VolumeStatus.ERROR


@pytest.fixture
def copies(cloud: Cloud) -> Copies:
    return Copies(cloud, Disks(cloud))


def test_an_image_a_server_and_its_image(cloud: Cloud, copies: Copies) -> None:
    source = copies.image(MARKER)
    server = cloud.running(image_id=source)
    saved = copies.save(server, purpose="test")
    seen = copies.see(saved)
    assert seen.status is Status.QUEUED
    with pytest.raises(Conflict, match="image_snapshot"):
        copies.save(server)
    cloud.converge()
    seen = copies.see(saved)
    assert (seen.status, seen.disk_format, seen.min_disk) == (Status.ACTIVE, "raw", 1)
    assert seen.properties == {
        "os_distro": "debian",
        "base_image_ref": source,
        "image_type": "snapshot",
        "instance_uuid": server,
        "user_id": MEMBER.user_id,
        "purpose": "test",
    }
    assert copies.content(saved) == MARKER
    assert cloud.server(server).status == "ACTIVE"
    assert copies.leftovers() == []
    again = cloud.running(image_id=saved)
    assert cloud.server(again).image_id == saved


def test_the_next_image_may_be_asked_for_once_one_has_its_bytes(
    cloud: Cloud, copies: Copies
) -> None:
    server = cloud.running(image_id=copies.image(MARKER))
    first = copies.save(server)
    while copies.see(first).status is not Status.ACTIVE:
        cloud.turn()
        cloud.clock.passed += 0.2
    assert any("carrier" in name for name in cloud.instances())
    second = copies.save(server)
    cloud.converge()
    assert [copies.content(image) for image in (first, second)] == [MARKER, MARKER]
    assert copies.leftovers() == []


def test_a_volume_a_snapshot_a_new_volume_and_its_image(cloud: Cloud, copies: Copies) -> None:
    volume = copies.volume(image_id=copies.image(MARKER))
    cloud.converge()
    snapshot = copies.snapshot(volume)
    cloud.converge()
    restored = copies.volume(snapshot_id=snapshot.id)
    cloud.converge()
    assert copies.disks.at_rest(restored) == (AVAILABLE, Place.HOLDER)
    assert copies.on_disk(restored) == MARKER
    assert copies.disks.at_rest(restored) == (AVAILABLE, Place.HOLDER)
    assert copies.leftovers() == []


def test_back_to_the_newest_snapshot(cloud: Cloud, copies: Copies) -> None:
    volume = copies.volume(image_id=copies.image(MARKER))
    cloud.converge()
    first = copies.snapshot(volume)
    cloud.converge()
    second = copies.snapshot(volume)
    cloud.converge()
    with pytest.raises(InvalidInput, match="not the most recent"):
        copies.revert(volume, first)
    copies.revert(volume, second)
    assert copies.disks.see(volume).status is VolumeStatus.REVERTING
    cloud.converge()
    assert copies.disks.at_rest(volume) == (AVAILABLE, Place.HOLDER)
    assert copies.on_disk(volume) == MARKER


def test_back_to_when_it_was_blank(cloud: Cloud, copies: Copies) -> None:
    volume, server = copies.volume(size=1), cloud.running()
    snapshot = copies.snapshot(volume)
    copies.disks.attach(volume, server)
    cloud.converge()
    copies.disks.detach(volume, server)
    cloud.converge()
    assert copies.disks.see(volume).cluster_id == "one"
    copies.revert(volume, snapshot)
    cloud.converge()
    assert copies.disks.at_rest(volume) == (AVAILABLE, Place.NOWHERE)
    assert copies.disks.see(volume).cluster_id is None, "any cluster may have it now"
    cloud.app.atomically(lambda unit: unit.volumes.repair(MEMBER, volume.id, "available"))


def test_a_revert_that_fails_can_be_done_again(cloud: Cloud, copies: Copies) -> None:
    volume = copies.volume(image_id=copies.image(MARKER))
    cloud.converge()
    snapshot = copies.snapshot(volume)
    cloud.converge()
    copies.revert(volume, snapshot)
    task = copies.disks.see(volume).task_id or ""
    while copies.disks.task(task).step < 2:
        cloud.turn()
        cloud.clock.passed += 0.2
    cloud.cluster().faults.set(fail_jobs=1)
    cloud.converge()
    assert copies.disks.at_rest(volume) == (ERROR, Place.NOWHERE)
    assert copies.disks.see(volume).fault
    copies.revert(volume, snapshot)
    cloud.converge()
    assert copies.on_disk(volume) == MARKER


def test_a_backup_outlives_its_volume(cloud: Cloud, copies: Copies) -> None:
    volume = copies.volume(image_id=copies.image(MARKER), metadata={"k": "v"})
    cloud.converge()
    backup = copies.backup(volume)
    assert copies.disks.see(volume).status is VolumeStatus.BACKING_UP
    with pytest.raises(InvalidInput, match="must be available or error"):
        copies.do(lambda unit: unit.backups.delete(MEMBER, backup.id))
    cloud.converge()
    kept = copies.kept(backup)
    assert (kept.status, kept.blob_size) == (BackupStatus.AVAILABLE, len(MARKER))
    assert copies.disks.at_rest(volume) == (AVAILABLE, Place.HOLDER)
    copies.do(lambda unit: unit.volumes.delete(MEMBER, cloud.request(), volume.id))
    cloud.converge()
    cloud.app.image_uploads.recover()
    restored = copies.restore(kept)
    cloud.converge()
    seen = copies.disks.see(restored)
    assert copies.disks.at_rest(restored) == (AVAILABLE, Place.HOLDER)
    assert (seen.bootable, seen.metadata) == (True, {"k": "v"})
    assert copies.on_disk(restored) == MARKER
    other = copies.volume(image_id=copies.image(OTHER))
    cloud.converge()
    copies.restore(kept, other.id)
    cloud.converge()
    assert copies.on_disk(other) == MARKER
    copies.do(lambda unit: unit.backups.delete(MEMBER, kept.id))
    with pytest.raises(NotFound):
        b"".join(cloud.app.image_store.read(kept.blob or ""))
    assert copies.leftovers() == []


def test_a_backup_of_a_snapshot(cloud: Cloud, copies: Copies) -> None:
    volume = copies.volume(image_id=copies.image(MARKER))
    cloud.converge()
    snapshot = copies.snapshot(volume)
    cloud.converge()
    backup = copies.backup(volume, snapshot.id)
    cloud.converge()
    assert copies.kept(backup).status is BackupStatus.AVAILABLE
    restored = copies.restore(copies.kept(backup))
    cloud.converge()
    assert copies.on_disk(restored) == MARKER


def test_a_blank_volume_becomes_an_image(cloud: Cloud, copies: Copies) -> None:
    volume = copies.volume(size=1)
    image = copies.upload(volume, disk_format="qcow2")
    cloud.converge()
    assert copies.see(image).status is Status.ACTIVE
    assert copies.disks.at_rest(volume) == (AVAILABLE, Place.NOWHERE)
    for wrong in ({"disk_format": "vmdk"}, {"container_format": "ova"}):
        with pytest.raises(InvalidInput, match="saved"):
            copies.upload(volume, **wrong)


@pytest.mark.parametrize("step", [0, 1])
def test_a_save_that_fails_leaves_nothing(cloud: Cloud, copies: Copies, step: int) -> None:
    volume = copies.volume(image_id=copies.image(MARKER))
    cloud.converge()
    image = copies.upload(volume, protected=True)
    task = copies.disks.see(volume).task_id or ""
    while copies.disks.task(task).step < step:
        cloud.turn()
        cloud.clock.passed += 0.2
    cloud.cluster().faults.set(fail_jobs=1)
    cloud.converge()
    assert copies.disks.at_rest(volume) == (AVAILABLE, Place.HOLDER)
    assert copies.disks.see(volume).fault
    with pytest.raises(NotFound):
        copies.see(image)
    assert copies.leftovers() == []
    backup = copies.backup(volume)
    cloud.cluster().faults.set(fail_jobs=1)
    cloud.converge()
    assert copies.kept(backup).status is BackupStatus.ERROR
    assert copies.kept(backup).fault
    copies.do(lambda unit: unit.backups.delete(MEMBER, backup.id))


def test_the_status_of_a_backup_is_repaired(cloud: Cloud, copies: Copies) -> None:
    volume = copies.volume(image_id=copies.image(MARKER))
    cloud.converge()
    backup = copies.backup(volume)

    def repair(status: str) -> None:
        copies.do(lambda unit: unit.backups.repair(ADMIN, backup.id, status))

    for act in (
        lambda: repair("error"),
        lambda: copies.do(lambda unit: unit.backups.force_delete(ADMIN, backup.id)),
    ):
        with pytest.raises(InvalidInput, match="wait for it"):
            act()
    cloud.converge()
    with pytest.raises(InvalidInput, match="is available, and cannot be made restoring"):
        repair("restoring")
    for status in (BackupStatus.ERROR, BackupStatus.AVAILABLE):
        repair(status)
        assert copies.kept(backup).status is status
    lost = copies.backup(volume)
    cloud.cluster().faults.set(fail_jobs=1)
    cloud.converge()
    assert copies.kept(lost).status is BackupStatus.ERROR
    with pytest.raises(InvalidInput, match="is error, and cannot be made available"):
        copies.do(lambda unit: unit.backups.repair(ADMIN, lost.id, "available"))
    blob = copies.kept(backup).blob or ""
    copies.do(lambda unit: unit.backups.force_delete(ADMIN, backup.id))
    with pytest.raises(NotFound):
        b"".join(cloud.app.image_store.read(blob))
