"""/volumes: create, list, show, describe, delete.

Source: Block Storage API reference, "Volumes".
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cyclades.domain.model.errors import Forbidden, InvalidInput
from cyclades.domain.model.sharing import reach_of, scope_of
from cyclades.domain.model.volume import Volume
from cyclades.domain.model.wanted_volume import WantedVolume
from cyclades.web.microversions import Microversion
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.listing import page_answer
from cyclades.web.volume.presenters import volumes as present
from cyclades.web.volume.schemas import volumes as schemas
from cyclades.web.volume.schemas.words import described

SUMMARIES, SUMMARY_METADATA = Microversion(3, 12), Microversion(3, 36)
FORCE = Microversion(3, 23)
FROM_BACKUP = Microversion(3, 47)
volumes = Resource("volumes", "/volume/v3/volumes")
volumes_detail = Resource("volumes-detail", "/volume/v3/volumes/detail")
volumes_summary = Resource("volumes-summary", "/volume/v3/volumes/summary")
volume = Resource("volume", "/volume/v3/volumes/{id}")


def detail(request: CycladesRequest, volume_id: str) -> present.Json:
    """All of one."""
    row = request.cyclades.volume_views.show(reach_of(request.caller), volume_id)
    say = present.presenter(request.microversion, request.base_url, admin=request.caller.is_admin)
    return say(row)


@volumes.on("GET", query=schemas.LIST)
def list_volumes(request: CycladesRequest) -> Any:
    """Names and ids."""
    views, base = request.cyclades.volume_views, request.base_url
    return page_answer(
        request,
        "volumes",
        schemas.LISTS,
        views.names,
        views.count,
        lambda row: present.brief(row, base),
    )


@volumes_detail.on("GET", query=schemas.LIST)
def list_volumes_in_detail(request: CycladesRequest) -> Any:
    """All of each."""
    views = request.cyclades.volume_views
    say = present.presenter(request.microversion, request.base_url, admin=request.caller.is_admin)
    return page_answer(request, "volumes", schemas.LISTS, views.page, views.count, say)


@volumes_summary.on("GET", query=schemas.SUMMARY, since=SUMMARIES)
def summarise_volumes(request: CycladesRequest) -> Any:
    """How many, how much; since 3.36 also what their metadata say."""
    scope = scope_of(request.caller, all_projects=request.query_in["all_tenants"])
    found = request.cyclades.volume_views.summary(scope)
    body: dict[str, Any] = {"total_count": found.number, "total_size": found.size}
    if request.microversion >= SUMMARY_METADATA:
        body["metadata"] = found.metadata
    return {"volume-summary": body}


@volumes.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=202, creates=True)
def create_volume(request: CycladesRequest) -> Any:
    """Promise a volume."""
    asked = wanted(request.body_in["volume"])
    if asked.backup_id and request.microversion < FROM_BACKUP:
        raise InvalidInput("Volumes are made from backups since 3.47.", "volume.backup_id")
    unit = request.cyclades
    service = unit.volume_restores if asked.backup_id else unit.volume_creation
    made = service.create(request.caller, request.request_id, asked)
    return {"volume": present.plain(detail(request, made.id))}


def wanted(body: Mapping[str, Any]) -> WantedVolume:
    """What a body asks for. Raises InvalidInput for what we do not have."""
    for name, why in schemas.NOT_HERE.items():
        if body[name]:
            raise InvalidInput(f"Invalid input received: {why}", f"volume.{name}")
    if body["multiattach"]:
        raise InvalidInput(
            "Invalid input received: a volume can be in one server only.", "volume.multiattach"
        )
    return WantedVolume(
        size=body["size"],
        type_name=body["volume_type"] or None,
        zone=body["availability_zone"] or None,
        metadata=body["metadata"] or {},
        image_id=body["imageRef"] or None,
        snapshot_id=body["snapshot_id"] or None,
        source_volid=body["source_volid"] or None,
        backup_id=body["backup_id"] or None,
        **described(body),
    )


@volume.on("GET")
def show_volume(request: CycladesRequest) -> Any:
    """One; names are not ids."""
    return {"volume": detail(request, request.matchdict["id"])}


@volume.on("PUT", access=Access.MEMBER, body=schemas.UPDATE)
def update_volume(request: CycladesRequest) -> Any:
    """Another name, description or metadata."""
    body = request.body_in["volume"]
    values = described(body)
    if body.get("metadata") is not None:
        values["metadata"] = body["metadata"]
    if not values:
        raise InvalidInput("Must specify at least one of name, description, metadata.", "volume")

    def change(found: Volume) -> Volume:
        return replace(found, **values)

    saved = request.cyclades.volumes.update(request.caller, request.matchdict["id"], change)
    return {"volume": present.plain(detail(request, saved.id))}


@volume.on("DELETE", access=Access.MEMBER, query=schemas.DELETE)
def delete_volume(request: CycladesRequest) -> Any:
    """Forget it and its disk; `force` came with 3.23, for administrators."""
    volume_id, query = request.matchdict["id"], request.query_in
    service, who = request.cyclades.volumes, (request.caller, request.request_id)
    if query["force"] and request.microversion >= FORCE:
        if not request.caller.is_admin:
            raise Forbidden("Policy doesn't allow volume:force_delete to be performed.")
        service.force_delete(*who, volume_id, cascade=query["cascade"])
    else:
        service.delete(*who, volume_id, cascade=query["cascade"])
    return nothing(request, 202)
