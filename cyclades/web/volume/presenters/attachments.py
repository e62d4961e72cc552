"""Volumes in servers, as volume clients see them."""

from typing import Any

from cyclades.domain.model.volume_attachment import AttachmentStatus
from cyclades.ports.volume_attachment_views import VolumeAttachmentView
from cyclades.web.rendering import iso_micro

# What has an end of its own has been attached; the others are on their way.
SETTLED = frozenset({AttachmentStatus.ATTACHED, AttachmentStatus.DETACHING})


def brief(row: VolumeAttachmentView) -> dict[str, Any]:
    """In lists without detail."""
    return {
        "id": row.id,
        "status": row.status,
        "instance": row.server_id,
        "volume_id": row.volume_id,
    }


def detail(row: VolumeAttachmentView) -> dict[str, Any]:
    """All of it; how disks come to their servers is nobody's business."""
    settled = row.status in SETTLED
    return brief(row) | {
        "attached_at": iso_micro(row.updated) if settled else "",
        "detached_at": "",
        "attach_mode": "rw" if settled else "null",
        "connection_info": {},
    }
