"""Volumes, their attachments and tasks to begin with; each test says only what matters to it."""

from typing import Any

from cyclades.domain.model.disk_task import DiskTask, TaskKind
from cyclades.domain.model.volume import Volume, VolumeStatus
from cyclades.domain.model.volume_attachment import VolumeAttachment
from tests.harness.samples import NOW, PROJECT, USER, fresh

DEFAULT_TYPE = "00000000-0000-7000-8000-0000000000d1"  # comes with the schema


def a_volume(**values: Any) -> Volume:
    """One that was never attached."""
    usual: dict[str, Any] = {
        "id": fresh("volume"),
        "project_id": PROJECT,
        "user_id": USER,
        "name": "data",
        "size": 1,
        "type_id": DEFAULT_TYPE,
        "availability_zone": "nova",
        "disk_template": "sharedfile",
        "created": NOW,
        "updated": NOW,
        "status": VolumeStatus.AVAILABLE,
    }
    return Volume(**(usual | values))


def an_attachment(volume_id: str, server_id: str, **values: Any) -> VolumeAttachment:
    """Its first."""
    usual: dict[str, Any] = {
        "id": fresh("attachment"),
        "project_id": PROJECT,
        "user_id": USER,
        "device": "/dev/vdb",
        "created": NOW,
        "updated": NOW,
    }
    return VolumeAttachment(volume_id=volume_id, server_id=server_id, **(usual | values))


def a_task(kind: TaskKind, **values: Any) -> DiskTask:
    """One that nobody has begun."""
    usual: dict[str, Any] = {
        "id": fresh("task"),
        "cluster_id": "one",
        "project_id": PROJECT,
        "user_id": USER,
        "request_id": "req-1",
        "created": NOW,
        "updated": NOW,
    }
    return DiskTask(kind=kind, **(usual | values))
