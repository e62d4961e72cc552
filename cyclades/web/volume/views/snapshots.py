"""/snapshots: take, list, show, describe, delete.

Source: Block Storage API reference, "Volume snapshots".
"""

from dataclasses import replace
from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.snapshot import WantedSnapshot
from cyclades.web.microversions import Microversion
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.listing import page_answer
from cyclades.web.volume.presenters import snapshots as present
from cyclades.web.volume.schemas import snapshots as schemas
from cyclades.web.volume.schemas.words import changed, described

FORCE_IS_GONE = Microversion(3, 66)  # volumes in use are as good as others
snapshots = Resource("snapshots", "/volume/v3/snapshots")
snapshots_detail = Resource("snapshots-detail", "/volume/v3/snapshots/detail")
snapshot = Resource("snapshot", "/volume/v3/snapshots/{id}")


@snapshots.on("GET", query=schemas.LIST)
def list_snapshots(request: CycladesRequest) -> Any:
    """What every snapshot has had since the first microversion."""
    service = request.cyclades.snapshots
    return page_answer(
        request, "snapshots", schemas.LISTS, service.page, service.count, present.brief
    )


@snapshots_detail.on("GET", query=schemas.LIST)
def list_snapshots_in_detail(request: CycladesRequest) -> Any:
    """All of each."""
    service, version = request.cyclades.snapshots, request.microversion
    return page_answer(
        request,
        "snapshots",
        schemas.LISTS,
        service.page,
        service.count,
        lambda row: present.detail(row, version),
    )


@snapshots.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=202, creates=True)
def create_snapshot(request: CycladesRequest) -> Any:
    """Promise a snapshot of a volume."""
    body, version = request.body_in["snapshot"], request.microversion
    if version >= FORCE_IS_GONE and body["force"] is False:
        raise InvalidInput("'force' may only be true since 3.66.", "snapshot.force")
    wanted = WantedSnapshot(
        volume_id=body["volume_id"] or "",
        metadata=body["metadata"] or {},
        in_use=version >= FORCE_IS_GONE or bool(body["force"]),
        **described(body),
    )
    made = request.cyclades.snapshots.create(request.caller, request.request_id, wanted)
    return {"snapshot": present.snapshot_body(made, version)}


@snapshot.on("GET")
def show_snapshot(request: CycladesRequest) -> Any:
    """One."""
    found = request.cyclades.snapshots.show(request.caller, request.matchdict["id"])
    return {"snapshot": present.detail(found, request.microversion)}


@snapshot.on("PUT", access=Access.MEMBER, body=schemas.UPDATE)
def update_snapshot(request: CycladesRequest) -> Any:
    """Another name or description."""
    values = changed(request.body_in["snapshot"], "snapshot")
    saved = request.cyclades.snapshots.update(
        request.caller, request.matchdict["id"], lambda found: replace(found, **values)
    )
    return {"snapshot": present.snapshot_body(saved, request.microversion)}


@snapshot.on("DELETE", access=Access.MEMBER)
def delete_snapshot(request: CycladesRequest) -> Any:
    """Forget it and its disk."""
    service = request.cyclades.snapshots
    service.delete(request.caller, request.request_id, request.matchdict["id"])
    return nothing(request, 202)
