"""Volumes: disks of their own, which servers borrow. Their states, and where they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class VolumeStatus(StrEnum):
    """The words of the Block Storage API. Source: its reference, "Volumes status"."""

    CREATING = "creating"
    AVAILABLE = "available"
    RESERVED = "reserved"
    ATTACHING = "attaching"
    DETACHING = "detaching"
    IN_USE = "in-use"
    DELETING = "deleting"
    ERROR = "error"
    ERROR_DELETING = "error_deleting"
    EXTENDING = "extending"
    ERROR_EXTENDING = "error_extending"
    UPLOADING = "uploading"
    BACKING_UP = "backing-up"
    RESTORING = "restoring-backup"
    REVERTING = "reverting"
    AWAITING_TRANSFER = "awaiting-transfer"
    MAINTENANCE = "maintenance"  # an administrator has taken it out of use


class Place(StrEnum):
    """Where a volume's disk is.

    Nowhere: it is blank and was never attached, so there is no disk yet. Holder: in a stopped
    instance of its own, which keeps it while no server has it. Moving: between two of these.
    Origin: the first server that gets it gets a copy of the snapshot's; until then there is none.
    """

    NOWHERE = "nowhere"
    HOLDER = "holder"
    SERVER = "server"
    MOVING = "moving"
    ORIGIN = "origin"


@dataclass(frozen=True, slots=True)
class Volume:
    """`size` in GiB. `type_id` is its volume type's; `disk_template` is the cluster's word.

    `cluster_id` is None while it has no disk. `holder`: its holder instance exists, whether
    the disk is in it or not. `task_id` is what is under way, `fault` why it is in error, in
    words for its user. `version` counts stored changes.
    """

    id: str
    project_id: str
    user_id: str
    name: str
    size: int
    type_id: str
    availability_zone: str
    disk_template: str
    created: datetime
    updated: datetime
    description: str | None = None
    status: VolumeStatus = VolumeStatus.CREATING
    cluster_id: str | None = None
    place: Place = Place.NOWHERE
    holder: bool = False
    bootable: bool = False
    readonly: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    image_metadata: Mapping[str, str] = field(default_factory=dict)
    image_id: str | None = None
    snapshot_id: str | None = None
    source_volid: str | None = None
    task_id: str | None = None
    fault: str | None = None
    version: int = 1

    @property
    def has_disk(self) -> bool:
        """Whether there is a disk of its own."""
        return self.place not in {Place.NOWHERE, Place.ORIGIN}

    @property
    def usage(self) -> dict[str, int]:
        """What it costs its project."""
        return {"volumes": 1, "gigabytes": self.size}


def disk_name(prefix: str, volume_or_snapshot_id: str) -> str:
    """The disk's name in its cluster."""
    return f"{prefix}disk-{volume_or_snapshot_id}"


def holder_name(prefix: str, volume_or_snapshot_id: str) -> str:
    """The instance that keeps the disk while no server has it."""
    return f"{prefix}holder-{volume_or_snapshot_id}"


def seat_name(prefix: str, volume_or_snapshot_id: str) -> str:
    """The holder's own small disk: clusters attach disks only to instances that have had one."""
    return f"{prefix}seat-{volume_or_snapshot_id}"


def keeps(prefix: str, instance: str) -> str | None:
    """For what an instance is a holder or a carrier, by its name: the id of it."""
    for start in (f"{prefix}holder-", f"{prefix}carrier-"):
        if instance.startswith(start):
            return instance.removeprefix(start)
    return None


def carrier_name(prefix: str, task_id: str) -> str:
    """The instance whose disk is a copy that is sent to us; it never outlives its task."""
    return f"{prefix}carrier-{task_id}"
