"""Snapshots and backups to begin with; each test says only what matters to it."""

from typing import Any

from cyclades.domain.model.backup import Backup
from cyclades.domain.model.snapshot import Snapshot
from cyclades.domain.model.volume import Volume
from tests.harness.samples import NOW, fresh


def a_snapshot(volume: Volume, **values: Any) -> Snapshot:
    """A blank one that is being taken."""
    usual: dict[str, Any] = {
        "id": fresh("snapshot"),
        "name": "snap",
        "created": NOW,
        "updated": NOW,
        "type_id": volume.type_id,
        "disk_template": volume.disk_template,
    }
    return Snapshot(volume_id=volume.id, **(of_volume(volume) | usual | values))


def a_backup(volume: Volume, **values: Any) -> Backup:
    """A blank one that is being taken."""
    usual: dict[str, Any] = {
        "id": fresh("backup"),
        "name": "backup",
        "created": NOW,
        "updated": NOW,
        "availability_zone": volume.availability_zone,
    }
    return Backup(volume_id=volume.id, **(of_volume(volume) | usual | values))


def of_volume(volume: Volume) -> dict[str, Any]:
    """What a copy has of it."""
    return {"project_id": volume.project_id, "user_id": volume.user_id, "size": volume.size}
