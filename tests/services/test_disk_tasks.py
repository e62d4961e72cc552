"""Tasks on volumes' disks, over a simulated cluster."""

from collections.abc import Iterator

import pytest

from cyclades.domain.model.deadlines import STILL_AWAITED, TOO_LATE
from cyclades.domain.model.disk_task import TaskState
from cyclades.domain.model.errors import Conflict
from cyclades.domain.model.job_errors import UNEXPLAINED
from cyclades.domain.model.reports import Power
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.model.volume_attachment import AttachmentStatus
from cyclades.domain.services.disk_tasks import LOST, NOT_LET_GO
from tests.harness.cloud import Cloud
from tests.harness.disks import Disks
from tests.workers.invariants import violations

pytestmark = pytest.mark.slow
IN_HOLDER = (VolumeStatus.AVAILABLE, Place.HOLDER)
IN_SERVER = (VolumeStatus.IN_USE, Place.SERVER)
NOWHERE = (VolumeStatus.AVAILABLE, Place.NOWHERE)


@pytest.fixture
def disks(cloud: Cloud) -> Iterator[Disks]:
    yield Disks(cloud)
    assert violations(cloud.app) == []


def test_a_blank_volume_lives(cloud: Cloud, disks: Disks) -> None:
    one, two = cloud.running(), cloud.running()
    instances = {server: cloud.server(server).instance for server in (one, two)}
    volume = disks.blank()
    disks.attach(volume, one)
    cloud.converge()
    assert disks.at_rest(volume) == IN_SERVER
    assert disks.see(volume).cluster_id == "one"
    assert disks.there(volume) == [instances[one]]
    attachment = disks.attachment(volume)
    assert attachment is not None
    assert attachment.status is AttachmentStatus.ATTACHED
    task = disks.detach(volume, one)
    cloud.converge()
    assert disks.task(task).state is TaskState.DONE
    assert disks.at_rest(volume) == IN_HOLDER
    assert disks.there(volume) == [disks.holder(volume)]
    assert disks.attachment(volume) is None
    disks.extend(volume, 3)
    cloud.converge()
    assert disks.at_rest(volume) == IN_HOLDER
    disks.attach(volume, two)
    cloud.converge()
    assert disks.at_rest(volume) == IN_SERVER
    assert disks.there(volume) == [instances[two]]
    disks.extend(volume, 4, two)
    cloud.converge()
    sizes = {d.name: d.size_mib for d in disks.instances()[instances[two]].disks}
    assert sizes[f"cyclades-disk-{volume.id}"] == 4096
    disks.detach(volume, two)
    cloud.converge()
    disks.delete(volume)
    cloud.converge()
    assert disks.gone(volume)
    assert sorted(disks.instances()) == sorted(instances.values())
    assert not cloud.cluster().store.look(lambda world: list(world.loose_disks))


def test_an_image_fills_a_volume(cloud: Cloud, disks: Disks) -> None:
    volume = disks.filled()
    cloud.converge()
    assert disks.at_rest(volume) == IN_HOLDER
    holder = disks.instances()[disks.holder(volume)]
    assert [disk.size_mib for disk in holder.disks] == [1024, 4]
    assert holder.power is Power.STOPPED
    copied = disks.filled(source_volid=volume.id)
    cloud.converge()
    assert disks.at_rest(copied) == IN_HOLDER
    there = disks.instances()
    assert there[disks.holder(copied)].node == there[disks.holder(volume)].node


def test_a_volume_in_a_server_is_copied_from_there(cloud: Cloud, disks: Disks) -> None:
    server, volume = cloud.running(), disks.blank()
    disks.attach(volume, server)
    cloud.converge()
    copied = disks.filled(source_volid=volume.id)
    cloud.converge()
    assert disks.at_rest(copied) == IN_HOLDER
    there = disks.instances()
    assert there[disks.holder(copied)].node == there[cloud.server(server).instance].node


def test_what_cannot_be_filled_is_in_error_and_leaves_nothing(cloud: Cloud, disks: Disks) -> None:
    cloud.failing_image()
    volume = disks.filled()
    cloud.converge()
    assert disks.at_rest(volume) == (VolumeStatus.ERROR, Place.NOWHERE)
    assert disks.see(volume).fault == UNEXPLAINED
    assert not disks.instances()
    disks.delete(volume)
    cloud.converge()
    assert disks.gone(volume)


FIRST_FAILS = [
    ("attach", NOWHERE),
    ("attach again", IN_HOLDER),
    ("detach", IN_SERVER),
    ("extend", (VolumeStatus.ERROR_EXTENDING, Place.SERVER)),
    ("delete", (VolumeStatus.ERROR_DELETING, Place.HOLDER)),
]


def ready(cloud: Cloud, disks: Disks, what: str) -> tuple[Volume, str]:
    """A volume to which this can be done, and the server of it."""
    server, volume = cloud.running(), disks.blank()
    if what != "attach":
        disks.attach(volume, server)
        cloud.converge()
    if what in {"attach again", "delete"}:
        disks.detach(volume, server)
        cloud.converge()
    return volume, server


def begin(disks: Disks, what: str, volume: Volume, server: str) -> str:
    return {
        "attach": lambda: disks.attach(volume, server),
        "attach again": lambda: disks.attach(volume, server),
        "detach": lambda: disks.detach(volume, server),
        "extend": lambda: disks.extend(volume, 5, server),
        "delete": lambda: disks.delete(volume),
    }[what]()


@pytest.mark.parametrize(("what", "state"), FIRST_FAILS)
def test_a_first_step_that_fails_changes_nothing(
    cloud: Cloud, disks: Disks, what: str, state: tuple[VolumeStatus, Place]
) -> None:
    volume, server = ready(cloud, disks, what)
    before = disks.there(volume)
    cloud.cluster().faults.set(fail_jobs=1)
    task = begin(disks, what, volume, server)
    cloud.converge()
    assert disks.at_rest(volume) == state
    assert disks.there(volume) == before
    assert disks.see(volume).fault == disks.task(task).message == UNEXPLAINED
    assert disks.see(volume).size == 1
    assert (disks.attachment(volume) is not None) is (state[1] is Place.SERVER)
    begin(disks, what, volume, server)  # once more, and it works
    cloud.converge()
    assert what == "delete" or disks.see(volume).fault is None


def fail_second(cloud: Cloud, disks: Disks, task: str) -> None:
    """The task's second job fails."""
    while disks.task(task).step == 0:
        cloud.turn()
        cloud.clock.passed += 0.2
    cloud.cluster().faults.set(fail_jobs=1)
    cloud.converge()


@pytest.mark.parametrize(("what", "state"), [("attach again", IN_HOLDER), ("detach", IN_SERVER)])
def test_a_disk_that_does_not_arrive_goes_back(
    cloud: Cloud, disks: Disks, what: str, state: tuple[VolumeStatus, Place]
) -> None:
    volume, server = ready(cloud, disks, what)
    before = disks.there(volume)
    task = begin(disks, what, volume, server)
    fail_second(cloud, disks, task)
    assert disks.task(task).state is TaskState.FAILED
    assert disks.at_rest(volume) == state
    assert disks.there(volume) == before
    assert not cloud.cluster().store.look(lambda world: list(world.loose_disks))


def test_a_disk_that_cannot_go_back_is_lost_until_it_is_deleted(cloud: Cloud, disks: Disks) -> None:
    volume, server = ready(cloud, disks, "attach again")
    task = begin(disks, "attach again", volume, server)
    while disks.task(task).step == 0:
        cloud.turn()
        cloud.clock.passed += 0.2
    cloud.cluster().faults.set(fail_jobs=2)
    cloud.converge()
    assert disks.at_rest(volume) == (VolumeStatus.ERROR, Place.MOVING)
    assert LOST in (disks.see(volume).fault or "")
    with pytest.raises(Conflict):
        disks.attach(volume, server)
    disks.delete(volume)
    cloud.converge()
    assert disks.gone(volume)
    assert not cloud.cluster().store.look(lambda world: list(world.loose_disks))


def test_a_guest_that_does_not_let_go_keeps_its_disk(cloud: Cloud, disks: Disks) -> None:
    volume, server = ready(cloud, disks, "detach")
    cloud.cluster().faults.set(clinging_guests=1)
    task = disks.detach(volume, server)
    cloud.converge()
    assert disks.at_rest(volume) == IN_SERVER
    assert disks.see(volume).fault == disks.task(task).message == NOT_LET_GO
    assert disks.there(volume) == [cloud.server(server).instance]
    disks.detach(volume, server)
    cloud.converge()
    assert disks.at_rest(volume) == IN_HOLDER


def test_what_was_never_sent_is_given_up_in_time(cloud: Cloud, disks: Disks) -> None:
    volume, server = ready(cloud, disks, "attach again")
    cloud.cluster().faults.set(unreachable=True)
    task = disks.attach(volume, server)
    cloud.clock.passed += cloud.app.settings.effect_deadline
    cloud.turn()
    assert disks.at_rest(volume) == IN_HOLDER
    assert disks.task(task).message == TOO_LATE
    cloud.cluster().faults.clear()


def test_a_disk_on_its_way_comes_to_rest_however_late(cloud: Cloud, disks: Disks) -> None:
    volume, server = ready(cloud, disks, "attach again")
    task = disks.attach(volume, server)
    while disks.task(task).step == 0:
        cloud.turn()
        cloud.clock.passed += 0.2
    cloud.cluster().faults.set(unreachable=True)
    for _ in range(3):
        cloud.clock.passed += cloud.app.settings.effect_deadline
        cloud.turn()
    assert disks.see(volume).place is Place.MOVING
    cloud.cluster().faults.clear()
    cloud.converge()
    assert disks.task(task).message == TOO_LATE
    assert disks.at_rest(volume) == IN_HOLDER


def test_what_takes_too_long_is_told_and_may_still_end_well(cloud: Cloud, disks: Disks) -> None:
    volume, server = ready(cloud, disks, "attach again")
    task = disks.attach(volume, server)
    cloud.turn()
    cloud.cluster().faults.set(paused=True)
    cloud.clock.passed += cloud.app.settings.effect_deadline
    (late,) = cloud.app.atomically(lambda unit: unit.deadlines.late())
    cloud.app.atomically(lambda unit: unit.deadlines.resolve(late))
    assert disks.see(volume).fault == STILL_AWAITED
    assert disks.see(volume).status is VolumeStatus.ATTACHING
    cloud.cluster().faults.clear()
    cloud.converge()
    assert disks.task(task).state is TaskState.DONE
    assert disks.at_rest(volume) == IN_SERVER
    assert disks.see(volume).fault is None


def test_a_report_that_comes_twice_is_believed_once(cloud: Cloud, disks: Disks) -> None:
    volume, server = ready(cloud, disks, "attach again")
    task = disks.attach(volume, server)
    cloud.converge()
    before = disks.see(volume), disks.task(task)
    for job in cloud.cluster().jobs():
        cloud.update(lambda updates, job=job: updates.apply(job))  # type: ignore[misc] # bound now
    assert (disks.see(volume), disks.task(task)) == before


def test_a_job_that_was_lost_is_judged_by_the_disk(cloud: Cloud) -> None:
    disks = Disks(cloud)
    volume, server = ready(cloud, disks, "attach")
    disks.attach(volume, server)
    cloud.workers[0].turn()
    cloud.clock.passed += 10
    cloud.cluster().administrator.crash(cloud.server(server).instance)  # writes the world down
    cloud.cluster().faults.lose_jobs()
    cloud.converge()
    assert disks.at_rest(volume) == IN_SERVER
    assert violations(cloud.app, "I2") == []
