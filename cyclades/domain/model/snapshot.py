"""Snapshots: copies of volumes' disks, as they were at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
