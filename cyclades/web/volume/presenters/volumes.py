"""Volumes as clients see them. Source: Block Storage API reference, "Volumes"."""

from collections.abc import Callable
from typing import Any

import orjson

from cyclades.ports.volume_views import VolumeName, VolumeView
from cyclades.web.microversions import Microversion
from cyclades.web.rendering import iso_micro

GROUPS = Microversion(3, 13)
PROVIDERS = Microversion(3, 21)
TARGETS = Microversion(3, 48)
CLUSTERS = Microversion(3, 61)
TYPE_IDS = Microversion(3, 63)
CONSUMES = Microversion(3, 65)
BASE = "/volume/v3/volumes"
Json = dict[str, Any]
# What every volume is not.
NOT_HERE: Json = {
    "encrypted": False,
    "replication_status": None,
    "consistencygroup_id": None,
    "multiattach": False,
}


def links(base_url: str, volume_id: str) -> list[dict[str, str]]:
    """Where a volume is."""
    return [
        {"rel": "self", "href": f"{base_url}{BASE}/{volume_id}"},
        {"rel": "bookmark", "href": f"{base_url}/volume/volumes/{volume_id}"},
    ]


def brief(row: VolumeName, base_url: str) -> Json:
    """As in the short list."""
    return {"id": row.id, "name": row.name, "links": links(base_url, row.id)}


def attachments(row: VolumeView, *, admin: bool) -> list[Json]:
    """The server that has it, if one has."""
    if row.attachment_id is None:
        return []
    return [
        {
            "id": row.id,
            "attachment_id": row.attachment_id,
            "volume_id": row.id,
            "server_id": row.server_id,
            "host_name": row.cluster if admin else None,
            "device": row.device,
            "attached_at": iso_micro(row.attached),
        }
    ]


def core(row: VolumeView, base_url: str, fixed: Json, *, admin: bool) -> Json:
    """What every microversion says, and what is said of all volumes alike."""
    return {
        "id": row.id,
        "status": row.status,
        "size": row.size,
        "availability_zone": row.availability_zone,
        "created_at": iso_micro(row.created),
        "updated_at": iso_micro(row.updated),
        "name": row.name,
        "description": row.description,
        "volume_type": row.type_name,
        "snapshot_id": row.snapshot_id,
        "source_volid": row.source_volid,
        "metadata": orjson.Fragment(row.metadata),
        "links": links(base_url, row.id),
        "user_id": row.user_id,
        "bootable": "true" if row.bootable else "false",
        "attachments": attachments(row, admin=admin),
        "os-vol-tenant-attr:tenant_id": row.project_id,
    } | fixed


def presenter(version: Microversion, base_url: str, *, admin: bool) -> Callable[[VolumeView], Json]:
    """What says all of one, at this microversion."""
    fixed: Json = NOT_HERE | {
        name: value
        for since, name, value in (
            (GROUPS, "group_id", None),
            (TARGETS, "shared_targets", False),
            (TARGETS, "service_uuid", None),
            (CONSUMES, "consumes_quota", True),
        )
        if version >= since
    }
    by_type = version >= TYPE_IDS
    if admin:
        fixed |= {
            "migration_status": None,
            "os-vol-mig-status-attr:migstat": None,
            "os-vol-mig-status-attr:name_id": None,
        }
        fixed |= {"provider_id": None} if version >= PROVIDERS else {}

    def present(row: VolumeView) -> Json:
        body = core(row, base_url, fixed, admin=admin)
        if row.fault is not None:
            body["SNF:fault"] = row.fault
        if row.image_metadata != "{}":
            body["volume_image_metadata"] = orjson.Fragment(row.image_metadata)
        if by_type:
            body["volume_type_id"] = row.type_id
        if admin:
            body["os-vol-host-attr:host"] = row.cluster
            if version >= CLUSTERS:
                body["cluster_name"] = row.cluster
        return body

    return present


def plain(body: Json) -> Json:
    """As answered to those who make or change it: without what extensions say."""
    return {
        name: value
        for name, value in body.items()
        if not name.startswith("os-vol-") and name != "volume_image_metadata"
    }
