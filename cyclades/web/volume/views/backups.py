"""/backups: take, list, show, describe, delete. Source: Block Storage API reference, "Backups"."""

from dataclasses import replace
from typing import Any

from cyclades.domain.model.backup import WantedBackup
from cyclades.domain.model.errors import InvalidInput
from cyclades.web.microversions import Microversion
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.listing import page_answer
from cyclades.web.volume.presenters import backups as present
from cyclades.web.volume.schemas import backups as schemas
from cyclades.web.volume.schemas.words import described

UPDATES = Microversion(3, 9)
METADATA = Microversion(3, 43)
backups = Resource("backups", "/volume/v3/backups")
backups_detail = Resource("backups-detail", "/volume/v3/backups/detail")
backup = Resource("backup", "/volume/v3/backups/{id}")
backup_restore = Resource("backup-restore", "/volume/v3/backups/{id}/restore")


@backups.on("GET", query=schemas.LIST)
def list_backups(request: CycladesRequest) -> Any:
    """Names and ids."""
    service, base = request.cyclades.backups, request.base_url
    return page_answer(
        request,
        "backups",
        schemas.LISTS,
        service.page,
        service.count,
        lambda row: present.brief(row, base),
    )


@backups_detail.on("GET", query=schemas.LIST)
def list_backups_in_detail(request: CycladesRequest) -> Any:
    """All of each."""
    service, base, version = request.cyclades.backups, request.base_url, request.microversion
    return page_answer(
        request,
        "backups",
        schemas.LISTS,
        service.page,
        service.count,
        lambda row: present.detail(row, base, version),
    )


@backups.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=202, creates=True)
def create_backup(request: CycladesRequest) -> Any:
    """Promise a backup of a volume or of a snapshot; always a full one."""
    body = request.body_in["backup"]
    if body["incremental"]:
        raise InvalidInput(
            "Invalid backup: Incremental backups are not made here: ask for a full one.",
            "backup.incremental",
        )
    versed = request.microversion >= METADATA
    wanted = WantedBackup(
        volume_id=body["volume_id"],
        snapshot_id=body["snapshot_id"],
        container=body["container"],
        metadata=(body["metadata"] or {}) if versed else {},
        in_use=body["force"],
        **described(body),
    )
    made = request.cyclades.backups.create(request.caller, request.request_id, wanted)
    return {"backup": present.brief(made, request.base_url)}


@backup.on("GET")
def show_backup(request: CycladesRequest) -> Any:
    """One."""
    found = request.cyclades.backups.show(request.caller, request.matchdict["id"])
    return {"backup": present.detail(found, request.base_url, request.microversion)}


@backup.on("PUT", access=Access.MEMBER, body=schemas.UPDATE, since=UPDATES)
def update_backup(request: CycladesRequest) -> Any:
    """Another name or description, since 3.43 other metadata."""
    body = request.body_in["backup"]
    values = described(body)
    if request.microversion >= METADATA and body.get("metadata") is not None:
        values["metadata"] = body["metadata"]
    if not values:
        raise InvalidInput("Nothing to change in backup.", "backup")
    saved = request.cyclades.backups.update(
        request.caller, request.matchdict["id"], lambda found: replace(found, **values)
    )
    return {"backup": present.brief(saved, request.base_url)}


@backup.on("DELETE", access=Access.MEMBER)
def delete_backup(request: CycladesRequest) -> Any:
    """Forget it and its bytes."""
    request.cyclades.backups.delete(request.caller, request.matchdict["id"])
    return nothing(request, 202)


@backup_restore.on("POST", access=Access.MEMBER, body=schemas.RESTORE, status=202, creates=True)
def restore_backup(request: CycladesRequest) -> Any:
    """Into a volume that is there, or into a new one."""
    wanted, backup_id = request.body_in["restore"], request.matchdict["id"]
    volume = request.cyclades.volume_restores.restore(
        request.caller, request.request_id, backup_id, wanted["volume_id"], wanted["name"]
    )
    told = {"backup_id": backup_id, "volume_id": volume.id, "volume_name": volume.name}
    return {"restore": told}
