"""Snapshots: copies of volumes' disks, as they were at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.volume import Volume, VolumeStatus


class SnapshotStatus(StrEnum):
    """The words of the Block Storage API."""

    CREATING = "creating"
    AVAILABLE = "available"
    RESTORING = "restoring"
    DELETING = "deleting"
    ERROR = "error"
    ERROR_DELETING = "error_deleting"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`size` in GiB, the volume's at that moment.

    `holder`: it has a disk, in a stopped instance of its own; without one it is blank, as the
    volume was. `bootable` and `image_metadata` are what the volume had.
    """

    id: str
    project_id: str
    user_id: str
    volume_id: str
    type_id: str
    name: str
    size: int
    disk_template: str
    created: datetime
    updated: datetime
    description: str | None = None
    status: SnapshotStatus = SnapshotStatus.CREATING
    cluster_id: str | None = None
    holder: bool = False
    bootable: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    image_metadata: Mapping[str, str] = field(default_factory=dict)
    task_id: str | None = None
    fault: str | None = None
    version: int = 1

    @property
    def usage(self) -> dict[str, int]:
        """What it costs its project."""
        return {"snapshots": 1, "gigabytes": self.size}


@dataclass(frozen=True, slots=True)
class WantedSnapshot:
    """What users ask for. `in_use`: also of a volume that a server has."""

    volume_id: str
    name: str = ""
    description: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    in_use: bool = False


def require_copyable(volume: Volume, *, in_use: bool) -> None:
    """Raise InvalidInput in a status in which no copy of its disk can be made."""
    if volume.status is VolumeStatus.AVAILABLE or (in_use and volume.status is VolumeStatus.IN_USE):
        return
    wanted = "available or in-use" if in_use else "available"
    raise InvalidInput(
        f"Invalid volume: Volume {volume.id} status must be {wanted}, but current status is: "
        f"{volume.status}."
    )


def require_removable(snapshot: Snapshot) -> None:
    """Raise InvalidInput in a status in which it cannot be deleted."""
    if snapshot.status not in REMOVABLE:
        raise InvalidInput(
            f"Invalid snapshot: Snapshot {snapshot.id} status must be available or error, but "
            f"current status is: {snapshot.status}."
        )


REMOVABLE = frozenset(
    {SnapshotStatus.AVAILABLE, SnapshotStatus.ERROR, SnapshotStatus.ERROR_DELETING}
)
OUT_OF_USE = frozenset({SnapshotStatus.ERROR, SnapshotStatus.ERROR_DELETING})


def refuse_busy(snapshot: Snapshot) -> None:
    """Raise InvalidInput while a task is under way."""
    if snapshot.task_id is not None:
        raise InvalidInput(
            f"Invalid snapshot: Snapshot {snapshot.id} is {snapshot.status}, and what is under way "
            "will end in another status: wait for it."
        )


def repaired(snapshot: Snapshot, status: str) -> Snapshot:
    """As an administrator says it is; "available" only where that is the truth.

    Raises InvalidInput with the truth.
    """
    refuse_busy(snapshot)
    truth = _truth(snapshot)
    if status not in {truth, *OUT_OF_USE}:
        raise InvalidInput(
            f"Invalid snapshot: Snapshot {snapshot.id} is {truth}, and cannot be made "
            f"{status[:32]}."
        )
    return replace(snapshot, status=SnapshotStatus(status))


def _truth(snapshot: Snapshot) -> SnapshotStatus:
    """What has a fault was never complete, or may not be since a removal that failed."""
    blank = snapshot.cluster_id is None
    whole = blank or (snapshot.holder and snapshot.fault is None)
    return SnapshotStatus.AVAILABLE if whole else SnapshotStatus.ERROR
