"""Backups as clients see them. Source: Block Storage API reference, "Backups"."""

from typing import Any

from cyclades.domain.model.backup import Backup
from cyclades.web.microversions import Microversion
from cyclades.web.rendering import iso_micro

PROJECTS = Microversion(3, 18)
METADATA = Microversion(3, 43)
USERS = Microversion(3, 56)
KEYS = Microversion(3, 64)


def links(backup: Backup, base: str) -> list[dict[str, str]]:
    """Where it is."""
    path = f"volume/v3/backups/{backup.id}"
    return [
        {"rel": "self", "href": f"{base}/{path}"},
        {"rel": "bookmark", "href": f"{base}/{path}"},
    ]


def brief(backup: Backup, base: str) -> dict[str, Any]:
    """In lists without detail, and what answers to changes say."""
    return {"id": backup.id, "name": backup.name, "links": links(backup, base)}


def detail(backup: Backup, base: str, version: Microversion) -> dict[str, Any]:
    """All of one. `fail_reason`: what clients call our fault."""
    body = brief(backup, base) | {
        "status": backup.status,
        "size": backup.size,
        "object_count": 1 if backup.blob else 0,
        "availability_zone": backup.availability_zone,
        "container": backup.container,
        "created_at": iso_micro(backup.created),
        "updated_at": iso_micro(backup.updated),
        "description": backup.description,
        "fail_reason": backup.fault,
        "volume_id": backup.volume_id,
        "is_incremental": False,
        "has_dependent_backups": False,
        "snapshot_id": backup.snapshot_id,
        "data_timestamp": iso_micro(backup.created),
    }
    if version >= PROJECTS:
        body["os-backup-project-attr:project_id"] = backup.project_id
    if version >= METADATA:
        body["metadata"] = backup.metadata
    if version >= USERS:
        body["user_id"] = backup.user_id
    if version >= KEYS:
        body["encryption_key_id"] = None
    return body
