"""Snapshots as clients see them. Source: Block Storage API reference, "Volume snapshots"."""

from typing import Any

from cyclades.domain.model.snapshot import Snapshot, SnapshotStatus
from cyclades.web.microversions import Microversion
from cyclades.web.rendering import iso_micro

GROUPS = Microversion(3, 14)
USERS = Microversion(3, 41)
CONSUMES = Microversion(3, 65)
EXTENDED = "os-extended-snapshot-attributes"


def snapshot_body(snapshot: Snapshot, version: Microversion) -> dict[str, Any]:
    """What every answer says of one."""
    body: dict[str, Any] = {
        "id": snapshot.id,
        "created_at": iso_micro(snapshot.created),
        "updated_at": iso_micro(snapshot.updated),
        "name": snapshot.name,
        "description": snapshot.description,
        "volume_id": snapshot.volume_id,
        "status": snapshot.status,
        "size": snapshot.size,
        "metadata": snapshot.metadata,
    }
    if version >= GROUPS:
        body["group_snapshot_id"] = None
    if version >= USERS:
        body["user_id"] = snapshot.user_id
    if version >= CONSUMES:
        body["consumes_quota"] = True
    return body


def brief(snapshot: Snapshot) -> dict[str, Any]:
    """In lists without detail, whatever the microversion."""
    return snapshot_body(snapshot, Microversion(3, 0))


def detail(snapshot: Snapshot, version: Microversion) -> dict[str, Any]:
    """All of one."""
    done = snapshot.status is SnapshotStatus.AVAILABLE
    return snapshot_body(snapshot, version) | {
        f"{EXTENDED}:project_id": snapshot.project_id,
        f"{EXTENDED}:progress": "100%" if done else "0%",
    }
