"""Disks that were lost on their way come home by themselves, or it is said that they are gone."""

from collections.abc import Iterator
from functools import partial

import pytest

from cyclades.bootstrap import Unit
from cyclades.domain.model.disk_task import TaskKind, TaskState
from cyclades.domain.model.divergence import DivergenceKind
from cyclades.domain.model.job_errors import SENTENCES
from cyclades.domain.model.reports import DiskAstray
from cyclades.domain.model.snapshot import SnapshotStatus
from cyclades.domain.model.volume import Place, Volume, VolumeStatus, disk_name, holder_name
from cyclades.workers.audits import audit_cluster
from tests.harness.cloud import MEMBER, Cloud
from tests.harness.disk_copies import Copies
from tests.harness.disks import PREFIX, Disks
from tests.services.test_disk_audit import kept
from tests.workers.invariants import violations

pytestmark = pytest.mark.slow
IN_HOLDER = (VolumeStatus.AVAILABLE, Place.HOLDER)
IN_SERVER = (VolumeStatus.IN_USE, Place.SERVER)
LOST = (VolumeStatus.ERROR, Place.MOVING)


@pytest.fixture
def disks(cloud: Cloud) -> Iterator[Disks]:
    yield Disks(cloud)
    assert violations(cloud.app) == []


def lost(cloud: Cloud, disks: Disks, *, clinging: bool = False) -> tuple[Volume, str]:
    """A volume whose disk did not arrive, nor go back; or whose guest did not let go."""
    volume, server = kept(cloud, disks)
    if clinging:
        disks.attach(volume, server)
        cloud.converge()
        cloud.cluster().faults.set(clinging_guests=1)
        task, at = disks.detach(volume, server), (0, TaskState.UNDOING)
    else:
        task, at = disks.attach(volume, server), (1, TaskState.RUNNING)
    while (disks.task(task).step, disks.task(task).state) != at:
        cloud.turn()
        cloud.clock.passed += 0.2
    cloud.cluster().faults.set(fail_jobs=1 if clinging else 2)
    cloud.converge()
    assert disks.at_rest(volume) == LOST
    return volume, server


def audits(cloud: Cloud, times: int = 2, *, ordered: bool = False) -> None:
    for _ in range(times):
        audit_cluster(cloud.app, "one", ordered=ordered)
        cloud.converge()


def by_hand(cloud: Cloud, instance: str, *changes: list[object]) -> None:
    cloud.cluster().administrator.change_disks(instance, *changes)
    cloud.clock.passed += 5


def mend(report: DiskAstray, unit: Unit) -> bool:
    return unit.stray_disks.mend(report)


def test_a_lost_disk_comes_home(cloud: Cloud, disks: Disks) -> None:
    volume, server = lost(cloud, disks)
    audits(cloud, 1)
    assert disks.at_rest(volume) == LOST
    audits(cloud, 1)
    assert disks.at_rest(volume) == IN_HOLDER
    assert disks.see(volume).fault is None
    disks.attach(volume, server)
    cloud.converge()
    assert disks.at_rest(volume) == IN_SERVER


@pytest.mark.parametrize("step", [0, 1])
def test_what_fails_once_is_tried_again_when_an_operator_says_so(
    cloud: Cloud, disks: Disks, step: int
) -> None:
    volume, _ = lost(cloud, disks)
    cloud.cluster().administrator.remove(disks.holder(volume))
    cloud.clock.passed += 5
    audit_cluster(cloud.app, "one")
    audit_cluster(cloud.app, "one")
    task_id = disks.see(volume).task_id
    assert task_id is not None
    while disks.task(task_id).step < step:
        cloud.turn()
        cloud.clock.passed += 0.2
    cloud.cluster().faults.set(fail_jobs=1)
    cloud.converge()
    assert disks.task(task_id).state is TaskState.FAILED
    assert disks.at_rest(volume) == LOST
    audits(cloud)
    assert disks.at_rest(volume) == LOST
    audits(cloud, ordered=True)
    assert disks.at_rest(volume) == IN_HOLDER


def test_a_guest_that_did_not_let_go_gets_its_disk_back(cloud: Cloud, disks: Disks) -> None:
    volume, server = lost(cloud, disks, clinging=True)
    cloud.cluster().faults.set(fail_jobs=1)
    audits(cloud)
    assert disks.at_rest(volume) == LOST
    assert disks.attachment(volume) is None
    audits(cloud, ordered=True)
    assert disks.at_rest(volume) == IN_SERVER
    assert disks.there(volume) == [cloud.server(server).instance]
    disks.detach(volume, server)
    cloud.converge()
    assert disks.at_rest(volume) == IN_HOLDER


def test_a_guest_that_was_stopped_has_let_go(cloud: Cloud, disks: Disks) -> None:
    volume, server = lost(cloud, disks, clinging=True)
    cloud.cluster().administrator.stop(cloud.server(server).instance)
    cloud.clock.passed += 5
    audits(cloud)
    audits(cloud)
    assert disks.at_rest(volume) == IN_HOLDER


def test_a_disk_is_where_an_administrator_has_put_it(cloud: Cloud, disks: Disks) -> None:
    volume, server = lost(cloud, disks)
    name = disk_name(PREFIX, volume.id)
    by_hand(cloud, disks.holder(volume), ["attach", "-1", {"name": name}])
    audits(cloud, 1)
    assert disks.at_rest(volume) == IN_HOLDER
    other, _ = lost(cloud, disks)
    there: list[object] = ["attach", "-1", {"name": disk_name(PREFIX, other.id)}]
    by_hand(cloud, cloud.server(server).instance, there)
    audits(cloud, 1)
    assert disks.at_rest(other) == IN_SERVER


def test_what_a_failed_undo_left_goes_when_an_operator_says_so(cloud: Cloud, disks: Disks) -> None:
    volume = disks.filled()  # nowhere, with a holder: its copy failed, and so did what undoes that
    task = disks.see(volume).task_id or ""
    cloud.cluster().faults.set(fail_jobs=2)
    cloud.converge()
    assert disks.task(task).state is TaskState.FAILED
    assert (disks.see(volume).place, disks.see(volume).holder) == (Place.NOWHERE, True)
    audits(cloud, 3)  # there is none, says the cluster
    assert not disks.see(volume).holder
    cloud.cluster().administrator.create(disks.holder(volume), disk=1024)
    cloud.clock.passed += 5
    audits(cloud, ordered=True)
    assert disks.holder(volume) not in disks.instances()


def test_what_is_left_in_a_holder_goes_before_a_disk_is_made(cloud: Cloud, disks: Disks) -> None:
    server, volume = cloud.running(), disks.blank(cluster_id="one", holder=True)
    cloud.cluster().administrator.create(disks.holder(volume), disk=1024)
    cloud.clock.passed += 5
    disks.attach(volume, server)
    cloud.converge()
    assert disks.at_rest(volume) == IN_SERVER
    assert disks.holder(volume) not in disks.instances()


def test_a_holder_that_was_removed_with_its_disk(cloud: Cloud, disks: Disks) -> None:
    volume, _ = kept(cloud, disks)
    cloud.cluster().administrator.remove(disks.holder(volume))
    cloud.clock.passed += 5
    audits(cloud, 1)
    assert disks.at_rest(volume) == IN_HOLDER  # one look is not enough
    audits(cloud, 3)
    assert disks.at_rest(volume) == LOST
    assert disks.see(volume).fault
    disks.delete(volume)
    cloud.converge()
    assert disks.gone(volume)


def test_an_empty_holder_that_was_removed(cloud: Cloud, disks: Disks) -> None:
    volume, server = kept(cloud, disks)
    disks.attach(volume, server)
    cloud.converge()
    cloud.cluster().administrator.remove(disks.holder(volume))
    cloud.clock.passed += 5
    disks.detach(volume, server)
    cloud.converge()
    assert disks.at_rest(volume) == IN_HOLDER  # another one was made
    disks.attach(volume, server)
    cloud.converge()
    cloud.cluster().administrator.remove(disks.holder(volume))
    cloud.clock.passed += 5
    audits(cloud)
    assert not disks.see(volume).holder
    assert disks.at_rest(volume) == IN_SERVER


def test_a_snapshot_that_was_removed_is_in_error(cloud: Cloud, disks: Disks) -> None:
    copies, (volume, _) = Copies(cloud, disks), kept(cloud, disks)
    snapshot = copies.snapshot(volume)
    cloud.converge()
    cloud.cluster().administrator.remove(holder_name(PREFIX, snapshot.id))
    cloud.clock.passed += 5
    audits(cloud)
    with cloud.app.reader() as unit:
        seen = unit.snapshot_rows.by_id(snapshot.id)
    assert seen is not None
    assert (seen.status, seen.holder, bool(seen.fault)) == (SnapshotStatus.ERROR, False, True)


def test_a_disk_that_grew_though_its_job_failed(cloud: Cloud, disks: Disks) -> None:
    volume, _ = kept(cloud, disks)
    holder, name = disks.holder(volume), disk_name(PREFIX, volume.id)
    cloud.cluster().administrator.grow_disk(holder, name, 3072)
    cloud.clock.passed += 5
    cloud.cluster().faults.set(fail_jobs=1)
    disks.extend(volume, 3)
    cloud.converge()
    assert (disks.see(volume).status, disks.see(volume).size) == (VolumeStatus.ERROR_EXTENDING, 1)
    (found,) = audit_cluster(cloud.app, "one").found
    assert found.divergence.kind is DivergenceKind.DISK_SIZE
    cloud.app.atomically(lambda unit: unit.volumes.repair(MEMBER, volume.id, "available"))
    for size in (2, 3):  # less than it has fails and says so; as much, or more, succeeds
        cloud.app.atomically(
            lambda unit, size=size: unit.volumes.extend(  # type: ignore[misc] # bound now
                MEMBER, "req", volume.id, size, attached=False
            )
        )
        cloud.converge()
        assert disks.see(volume).fault == (SENTENCES["wrong_state"] if size == 2 else None)
        cloud.app.atomically(lambda unit: unit.volumes.repair(MEMBER, volume.id, "available"))
    assert disks.see(volume).size == 3
    assert audit_cluster(cloud.app, "one").found == []


def test_nothing_is_believed_of_another_moment(cloud: Cloud, disks: Disks) -> None:
    volume, _ = lost(cloud, disks)
    old = DiskAstray("one", volume.id, disks.see(volume).version - 1)
    gone = DiskAstray("one", "01a20000-0000-7000-8000-000000000000", 1, holder_gone=True)
    for report in (old, gone):
        assert not cloud.app.atomically(partial(mend, report))
    with cloud.app.reader() as unit:
        last = unit.disk_task_rows.last_of(volume.id)
    assert last is not None
    assert last.kind is TaskKind.ATTACH
