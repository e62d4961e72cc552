"""Disks as every ClusterDriver moves them: simulated, over RAPI, and in real Ganeti."""

from dataclasses import replace
from typing import Final

from cyclades.domain.model.disk_commands import (
    ActivateDisks,
    AddDisk,
    AttachDisk,
    DetachDisk,
    DiskWanted,
    GrowDisk,
    RemoveDisk,
)
from cyclades.domain.model.effects import (
    Command,
    CreateInstance,
    RemoveInstance,
    StartInstance,
    StopInstance,
)
from cyclades.domain.model.reports import JobOutcome, Power
from cyclades.ports.cluster_driver import SubmissionRefused
from tests.contracts.clusters import Ground, effect, wanted

DONE = (JobOutcome.SUCCESS, None)
DISK: Final = "cyclades-disk-7"
OTHER: Final = DiskWanted("cyclades-disk-8", 64)


def outcome(ground: Ground, command: Command) -> tuple[JobOutcome | None, str | None]:
    report = ground.do(command)
    return report.outcome, report.error_code


def disks(ground: Ground, name: str) -> list[tuple[str | None, int]]:
    seen = ground.driver.instance(name)
    assert seen is not None
    return [(disk.name, disk.size_mib) for disk in seen.disks]


def holder(name: str, *more: DiskWanted, node: str = "") -> CreateInstance:
    seat = DiskWanted(f"cyclades-seat-{name}", 4)
    usual = replace(wanted(name), nics=(), start=False, install=False)
    return replace(usual, disks=(*more, seat), memory_mib=128, vcpus=1, node=node)


def test_a_disk_goes_from_instance_to_instance(ground: Ground) -> None:
    for command in (wanted("cyclades-a"), StopInstance("cyclades-a", 0)):
        assert outcome(ground, command) == DONE
    assert outcome(ground, holder("cyclades-h")) == DONE
    assert ground.power("cyclades-h") is Power.STOPPED
    assert outcome(ground, AddDisk("cyclades-a", DiskWanted(DISK, 64))) == DONE
    assert disks(ground, "cyclades-a") == [("vol-cyclades-a", 64), (DISK, 64)]
    again = AddDisk("cyclades-a", DiskWanted(DISK, 64))
    assert outcome(ground, again) == (JobOutcome.ERROR, "resource_not_unique")
    taken = outcome(ground, AttachDisk("cyclades-h", DISK))
    assert taken[0] is JobOutcome.ERROR  # another instance has it
    assert taken[1] != "resource_not_unique"
    assert outcome(ground, DetachDisk("cyclades-a", DISK)) == DONE
    assert disks(ground, "cyclades-a") == [("vol-cyclades-a", 64)]
    assert outcome(ground, DetachDisk("cyclades-a", DISK))[0] is JobOutcome.ERROR
    assert outcome(ground, AttachDisk("cyclades-h", DISK)) == DONE
    assert disks(ground, "cyclades-h") == [("cyclades-seat-cyclades-h", 4), (DISK, 64)]
    twice = outcome(ground, AttachDisk("cyclades-h", DISK))
    assert twice == (JobOutcome.ERROR, "resource_not_unique")
    unknown = outcome(ground, AttachDisk("cyclades-h", "nonesuch"))
    assert unknown == (JobOutcome.ERROR, "wrong_input")
    for _ in range(2):  # done twice, it is done once
        assert outcome(ground, GrowDisk("cyclades-h", DISK, 100)) == DONE
    assert outcome(ground, GrowDisk("cyclades-h", DISK, 90)) == (JobOutcome.ERROR, "wrong_state")
    assert outcome(ground, DetachDisk("cyclades-h", DISK)) == DONE
    assert outcome(ground, AttachDisk("cyclades-a", DISK, first=True)) == DONE
    assert disks(ground, "cyclades-a") == [(DISK, 100), ("vol-cyclades-a", 64)]
    assert outcome(ground, RemoveDisk("cyclades-a", DISK)) == DONE
    assert disks(ground, "cyclades-a") == [("vol-cyclades-a", 64)]
    gone = outcome(ground, AttachDisk("cyclades-h", DISK))
    assert gone == (JobOutcome.ERROR, "wrong_input")


def test_where_disks_are_and_a_neighbour_of_theirs(ground: Ground) -> None:
    assert outcome(ground, holder("cyclades-h", DiskWanted(DISK, 64))) == DONE
    told = ground.do(ActivateDisks("cyclades-h"))
    assert told.outcome is JobOutcome.SUCCESS
    assert [disk.name for disk in told.disks] == [DISK, "cyclades-seat-cyclades-h"]
    seen = ground.driver.instance("cyclades-h")
    assert seen is not None
    assert {disk.node for disk in told.disks} == {seen.node}
    assert len({disk.path for disk in told.disks}) == 2
    assert all(disk.path.startswith("/") for disk in told.disks)
    assert seen.node is not None
    assert outcome(ground, holder("cyclades-i", node=seen.node)) == DONE
    beside = ground.driver.instance("cyclades-i")
    assert beside is not None
    assert beside.node == seen.node
    assert outcome(ground, RemoveInstance("cyclades-h")) == DONE
    assert ground.report(told.job_id).outcome is JobOutcome.SUCCESS  # the instance has gone
    assert outcome(ground, ActivateDisks("cyclades-h")) == (JobOutcome.ERROR, "unknown_entity")


def test_what_cannot_be_done_to_disks_says_why(ground: Ground) -> None:
    bare, refused = replace(holder("cyclades-b"), disks=()), JobOutcome.ERROR
    disk = DiskWanted(DISK, 64)
    assert outcome(ground, AddDisk("cyclades-x", disk)) == (refused, "unknown_entity")
    assert outcome(ground, bare) == DONE
    assert outcome(ground, AddDisk("cyclades-b", disk)) == (refused, "wrong_input")
    assert outcome(ground, holder("cyclades-h", disk)) == DONE
    assert outcome(ground, AddDisk("cyclades-h", OTHER, live=True)) == (refused, "wrong_state")
    assert outcome(ground, DetachDisk("cyclades-h", DISK)) == DONE
    # What never had a disk has no place for one.
    assert outcome(ground, AttachDisk("cyclades-b", DISK))[0] is refused
    for command in (GrowDisk("cyclades-h", DISK, 64), GrowDisk("cyclades-none", DISK, 64)):
        assert cannot(ground, command)
    assert outcome(ground, AttachDisk("cyclades-h", DISK)) == DONE
    assert outcome(ground, StartInstance("cyclades-h")) == DONE
    # A guest that runs is asked before.
    assert outcome(ground, RemoveDisk("cyclades-h", DISK)) == (refused, "wrong_state")


def cannot(ground: Ground, command: Command) -> bool:
    """Whether it was refused, or its job failed."""
    try:
        job_id = ground.driver.submit(effect(command))
    except SubmissionRefused:
        return True
    return ground.wait(job_id).outcome is JobOutcome.ERROR
