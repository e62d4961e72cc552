"""/servers/{id}/os-volume_attachments: a server's volumes.

Source: Compute API reference, "Servers with volume attachments".
"""

from typing import Any

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.services.server_volumes import WantedAttachment
from cyclades.ports.volume_attachment_views import VolumeAttachmentView
from cyclades.web.compute.presenters import server_volumes as present
from cyclades.web.compute.schemas import server_volumes as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.validation import refuse_unknown

BASE = "/compute/v2.1/servers/{id}/os-volume_attachments"
RULE = "os_compute_api:os-volumes-attachments"
volumes = Resource("server-volumes", BASE, rule=f"{RULE}:create")
volume = Resource("server-volume", f"{BASE}/{{volume_id}}", rule=f"{RULE}:delete")
NO_SWAP = (
    "Volumes are not swapped: detach this one (DELETE) and attach the other (POST). Since 2.85, "
    "an update of the volume itself changes delete_on_termination."
)
# What a body may repeat of what is, and may not change.
FIXED = {"serverId": "server_id", "device": "device", "tag": "tag", "id": "volume_id"}


def rows_of(request: CycladesRequest) -> list[VolumeAttachmentView]:
    """The server's volumes. Raises NotFound."""
    scope = reach_of(request.caller)
    views = request.cyclades.volume_attachment_views
    return list(views.of_server(scope, request.matchdict["id"]))


def row_of(request: CycladesRequest, volume_id: str) -> VolumeAttachmentView:
    """One of them. Raises NotFound."""
    for row in rows_of(request):
        if row.volume_id == volume_id:
            return row
    raise NotFound("volume", volume_id)


@volumes.on("GET", query=schemas.LIST)
def list_server_volumes(request: CycladesRequest) -> Any:
    """All, in the order of their devices; so many after so many, where that is asked for."""
    version, query = request.microversion, request.query_in
    if version >= schemas.STRICT:
        refuse_unknown(schemas.LIST, query)
    first = query["offset"]
    last = first + query["limit"] if query["limit"] else None
    return {
        "volumeAttachments": [present.shown(row, version) for row in rows_of(request)[first:last]]
    }


@volume.on("GET")
def show_server_volume(request: CycladesRequest) -> Any:
    """One, by its volume."""
    row = row_of(request, request.matchdict["volume_id"])
    return {"volumeAttachment": present.shown(row, request.microversion)}


@volumes.on("POST", access=Access.MEMBER, body=schemas.ATTACH, creates=True)
def attach_volume(request: CycladesRequest) -> Any:
    """Attach a volume; it is in state attaching until the cluster has done so."""
    body = request.body_in["volumeAttachment"]
    wanted = WantedAttachment(
        body["volumeId"], body.get("tag"), body.get("delete_on_termination", False)
    )
    request.cyclades.server_volumes.attach(
        request.caller, request.request_id, request.matchdict["id"], wanted
    )
    row = row_of(request, wanted.volume_id)
    return {"volumeAttachment": present.volume(row, request.microversion)}


@volume.on("PUT", access=Access.MEMBER, body=schemas.UPDATE, status=202)
def update_server_volume(request: CycladesRequest) -> Any:
    """Say whether it goes with its server."""
    ids, body = request.matchdict, request.body_in["volumeAttachment"]
    row = row_of(request, ids["volume_id"])
    if request.microversion < schemas.CHANGES or body["volumeId"] != row.volume_id:
        raise InvalidInput(NO_SWAP, "volumeAttachment.volumeId")
    for name, attribute in FIXED.items():
        if body[name] not in {None, getattr(row, attribute)}:
            raise InvalidInput(f"The {name} of an attachment does not change.", name)
    if body["delete_on_termination"] is not None:
        request.cyclades.server_volumes.update(
            request.caller,
            ids["id"],
            ids["volume_id"],
            delete_on_termination=body["delete_on_termination"],
        )
    return nothing(request, 202)


@volume.on("DELETE", access=Access.MEMBER, status=202)
def detach_volume(request: CycladesRequest) -> Any:
    """Detach it; 202 means that it was accepted."""
    ids = request.matchdict
    request.cyclades.server_volumes.detach(
        request.caller, request.request_id, ids["id"], ids["volume_id"]
    )
    return nothing(request, 202)
