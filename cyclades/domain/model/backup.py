"""Backups: volumes' bytes in the image store, which outlive the volumes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from cyclades.domain.model.errors import InvalidInput


class BackupStatus(StrEnum):
    """The words of the Block Storage API."""

    CREATING = "creating"
    AVAILABLE = "available"
    RESTORING = "restoring"
    DELETING = "deleting"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Backup:
    """`size` in GiB, the volume's at that moment; `blob_size` in bytes.

    Without a `blob` it is of a blank volume, and blank itself. `upload_blob` is what its
    bytes are arriving in. `bootable`, `image_metadata` and `volume_metadata` are what the
    volume had.
    """

    id: str
    project_id: str
    user_id: str
    volume_id: str
    name: str
    size: int
    availability_zone: str
    created: datetime
    updated: datetime
    snapshot_id: str | None = None
    description: str | None = None
    container: str | None = None
    status: BackupStatus = BackupStatus.CREATING
    disk_format: str | None = None
    bootable: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    image_metadata: Mapping[str, str] = field(default_factory=dict)
    volume_metadata: Mapping[str, str] = field(default_factory=dict)
    blob: str | None = None
    blob_size: int | None = None
    sha512: str | None = None
    upload_blob: str | None = None
    task_id: str | None = None
    fault: str | None = None
    version: int = 1

    @property
    def usage(self) -> dict[str, int]:
        """What it costs its project."""
        return {"backups": 1, "backup_gigabytes": self.size}


@dataclass(frozen=True, slots=True)
class WantedBackup:
    """What users ask for. `snapshot_id`: of that, else of the volume itself.

    `in_use`: also of a volume that a server has.
    """

    volume_id: str
    snapshot_id: str | None = None
    name: str = ""
    description: str | None = None
    container: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    in_use: bool = False


REMOVABLE = frozenset({BackupStatus.AVAILABLE, BackupStatus.ERROR})


class InvalidBackup(InvalidInput):
    """The backup is in no state for this."""

    def __init__(self, message: str) -> None:
        """Begin as clients know it."""
        super().__init__(f"Invalid backup: {message}")


def require_removable(backup: Backup) -> None:
    """Raise InvalidBackup in a status in which it cannot be deleted."""
    if backup.status not in REMOVABLE:
        raise InvalidBackup(
            f"Backup {backup.id} status must be available or error, but current status is: "
            f"{backup.status}."
        )


def refuse_busy(backup: Backup) -> None:
    """Raise InvalidBackup while a task is under way."""
    if backup.task_id is not None:
        raise InvalidBackup(
            f"Backup {backup.id} is {backup.status}, and what is under way will end in another "
            "status: wait for it."
        )


def repaired(backup: Backup, status: str) -> Backup:
    """As an administrator says it is; "available" only where that is the truth.

    Raises InvalidBackup with the truth.
    """
    refuse_busy(backup)
    whole = backup.blob is not None or backup.disk_format is None  # a blank one needs no bytes
    truth = BackupStatus.AVAILABLE if whole else BackupStatus.ERROR
    if status not in {truth, BackupStatus.ERROR}:
        raise InvalidBackup(f"Backup {backup.id} is {truth}, and cannot be made {status[:32]}.")
    return replace(backup, status=BackupStatus(status))


def require_restorable(backup: Backup) -> None:
    """Raise InvalidBackup unless there is something to restore, and nobody does already."""
    if backup.status is not BackupStatus.AVAILABLE:
        raise InvalidBackup(
            f"Backup {backup.id} status must be available, but current status is: {backup.status}."
        )
