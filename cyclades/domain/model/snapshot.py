"""Snapshots: copies of volumes' disks, as they were at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SnapshotStatus(StrEnum):
    """The words of the Block Storage API."""

    CREATING = "creating"
    AVAILABLE = "available"
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
