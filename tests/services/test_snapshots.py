"""Snapshots of volumes with disks, over a simulated cluster."""

import pytest

from cyclades.bootstrap import Unit
from cyclades.domain.model.errors import Conflict, InvalidInput
from cyclades.domain.model.job_errors import MOVED_AWAY
from cyclades.domain.model.snapshot import Snapshot, SnapshotStatus, WantedSnapshot
from cyclades.domain.model.volume import Place, Volume, VolumeStatus, disk_name, holder_name
from tests.harness.api import PROJECT
from tests.harness.cloud import ADMIN, MEMBER, Cloud
from tests.harness.disks import PREFIX, Disks

IN_HOLDER = (VolumeStatus.AVAILABLE, Place.HOLDER)
IN_SERVER = (VolumeStatus.IN_USE, Place.SERVER)


@pytest.fixture
def disks(cloud: Cloud) -> Disks:
    return Disks(cloud)


def take(cloud: Cloud, volume: Volume, *, in_use: bool = False) -> Snapshot:
    wanted = WantedSnapshot(volume.id, "snap", in_use=in_use)

    def verb(unit: Unit) -> Snapshot:
        return unit.snapshots.create(MEMBER, cloud.request(), wanted)

    return cloud.app.atomically(verb)


def drop(cloud: Cloud, snapshot: Snapshot) -> None:
    cloud.app.atomically(lambda unit: unit.snapshots.delete(MEMBER, cloud.request(), snapshot.id))


def see(cloud: Cloud, snapshot: Snapshot) -> Snapshot | None:
    with cloud.app.reader() as unit:
        return unit.snapshot_rows.by_id(snapshot.id)


def held(disks: Disks, snapshot: Snapshot) -> list[str]:
    """The disks in the snapshot's holder."""
    seen = disks.instances().get(holder_name(PREFIX, snapshot.id))
    return [disk.name or "" for disk in seen.disks] if seen else []


def used(cloud: Cloud) -> int:
    with cloud.app.reader() as unit:
        return unit.quota.holdings(PROJECT, ["snapshots"])["snapshots"].used


def test_of_a_volume_in_its_holder(cloud: Cloud, disks: Disks) -> None:
    volume = disks.filled()
    cloud.converge()
    assert disks.at_rest(volume) == IN_HOLDER
    snapshot = take(cloud, volume)
    assert snapshot.status is SnapshotStatus.CREATING
    with pytest.raises(InvalidInput, match="is under way"):
        take(cloud, volume)
    with pytest.raises(InvalidInput, match="must be available or error"):
        drop(cloud, snapshot)
    with pytest.raises(InvalidInput, match=r"is available, and what .* wait for it"):
        cloud.app.atomically(
            lambda unit: unit.volumes.extend(MEMBER, "req-1", volume.id, 9, attached=True)
        )
    cloud.converge()
    seen = see(cloud, snapshot)
    assert seen is not None
    assert (seen.status, seen.holder, seen.task_id) == (SnapshotStatus.AVAILABLE, True, None)
    assert disk_name(PREFIX, snapshot.id) in held(disks, snapshot)
    assert disks.at_rest(volume) == IN_HOLDER
    restored = disks.filled(snapshot_id=snapshot.id)
    assert disks.task(disks.see(restored).task_id or "").facts["source_disk"] == disk_name(
        PREFIX, snapshot.id
    )
    cloud.converge()
    assert disks.at_rest(restored) == IN_HOLDER
    drop(cloud, snapshot)
    cloud.converge()
    assert see(cloud, snapshot) is None
    assert holder_name(PREFIX, snapshot.id) not in disks.instances()
    assert used(cloud) == 0


def test_of_a_volume_in_a_server(cloud: Cloud, disks: Disks) -> None:
    server = cloud.running()
    volume = disks.blank()
    disks.attach(volume, server)
    cloud.converge()
    with pytest.raises(InvalidInput, match="must be available, but"):
        take(cloud, volume)
    snapshot = take(cloud, volume, in_use=True)
    with pytest.raises(Conflict, match="is under way"):
        cloud.app.atomically(
            lambda unit: unit.server_volumes.detach(MEMBER, "req-1", server, volume.id)
        )
    cloud.converge()
    seen = see(cloud, snapshot)
    assert seen is not None
    assert seen.status is SnapshotStatus.AVAILABLE
    assert disks.at_rest(volume) == IN_SERVER
    assert cloud.server(server).status == "ACTIVE"


@pytest.mark.parametrize("times", [1, 2])
def test_of_a_server_that_moves_meanwhile(cloud: Cloud, disks: Disks, times: int) -> None:
    server, volume = cloud.running(), disks.blank()
    disks.attach(volume, server)
    cloud.converge()
    snapshot = take(cloud, volume, in_use=True)
    task_id = snapshot.task_id or ""
    for step in range(1, 1 + 2 * times, 2):  # the copy, and the copy after another look
        while disks.task(task_id).step < step:
            cloud.turn()
            cloud.clock.passed += 0.2
        assert disks.task(task_id).facts["runs"] == "yes"
        said = f"OS create script failed\ncyclades-image: {MOVED_AWAY}\n"
        cloud.cluster().faults.set(fail_jobs=1, failure=["OpExecError", [said]])
        cloud.turn()
        cloud.clock.passed += 2
        cloud.turn()
        cloud.cluster().faults.clear()
    cloud.converge()
    seen = see(cloud, snapshot)
    assert seen is not None
    status = SnapshotStatus.AVAILABLE if times == 1 else SnapshotStatus.ERROR
    assert (seen.status, seen.fault) == (status, None if times == 1 else MOVED_AWAY)
    assert disks.at_rest(volume) == IN_SERVER


@pytest.mark.parametrize("step", [0, 1])
def test_one_that_cannot_be_taken(cloud: Cloud, disks: Disks, step: int) -> None:
    volume = disks.filled()
    cloud.converge()
    snapshot = take(cloud, volume)
    while disks.task(snapshot.task_id or "").step < step:
        cloud.turn()
        cloud.clock.passed += 0.2
    cloud.cluster().faults.set(fail_jobs=1)
    cloud.converge()
    seen = see(cloud, snapshot)
    assert seen is not None
    assert (seen.status, seen.holder) == (SnapshotStatus.ERROR, False)
    assert seen.fault
    assert disks.at_rest(volume) == IN_HOLDER
    drop(cloud, snapshot)
    assert see(cloud, snapshot) is None
    assert used(cloud) == 0


def repair(cloud: Cloud, snapshot: Snapshot, status: str) -> None:
    cloud.app.atomically(lambda unit: unit.snapshots.repair(ADMIN, snapshot.id, status))


def force(cloud: Cloud, snapshot: Snapshot) -> None:
    def verb(unit: Unit) -> None:
        unit.snapshots.force_delete(ADMIN, cloud.request(), snapshot.id)

    cloud.app.atomically(verb)


def test_a_status_is_repaired_and_never_invented(cloud: Cloud, disks: Disks) -> None:
    volume = disks.filled()
    cloud.converge()
    snapshot = take(cloud, volume)
    for act in (lambda: repair(cloud, snapshot, "error"), lambda: force(cloud, snapshot)):
        with pytest.raises(InvalidInput, match="wait for it"):
            act()
    cloud.converge()
    with pytest.raises(InvalidInput, match="is available, and cannot be made creating"):
        repair(cloud, snapshot, "creating")
    for status in ("error", "error_deleting", "available"):
        repair(cloud, snapshot, status)
        seen = see(cloud, snapshot)
        assert seen is not None
        assert seen.status == status
    repair(cloud, snapshot, "error")
    cloud.cluster().faults.set(fail_jobs=1)
    force(cloud, snapshot)
    cloud.converge()
    seen = see(cloud, snapshot)
    assert seen is not None
    assert seen.status is SnapshotStatus.ERROR_DELETING
    with pytest.raises(InvalidInput, match="is error, and cannot be made available"):
        repair(cloud, snapshot, "available")
    force(cloud, snapshot)
    cloud.converge()
    assert see(cloud, snapshot) is None
    assert used(cloud) == 0


def test_one_that_was_never_taken_is_not_made_available(cloud: Cloud, disks: Disks) -> None:
    volume = disks.filled()
    cloud.converge()
    snapshot = take(cloud, volume)
    cloud.cluster().faults.set(fail_jobs=2)
    cloud.converge()
    with pytest.raises(InvalidInput, match="is error, and cannot be made available"):
        repair(cloud, snapshot, "available")
    force(cloud, snapshot)
    cloud.converge()
    assert see(cloud, snapshot) is None
