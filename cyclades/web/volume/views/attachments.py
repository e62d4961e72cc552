"""/attachments: which server has which volume, to look at.

Only compute changes it (CVE-2023-2088): what it does not know of, it would not take from a
guest. Source: Block Storage API reference, "Attachments (attachments)".
"""

from typing import Any, NoReturn

from cyclades.domain.model.errors import Conflict, InvalidInput
from cyclades.domain.model.sharing import reach_of
from cyclades.ports.volume_attachment_views import VolumeAttachmentView
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource
from cyclades.web.volume.listing import page_answer
from cyclades.web.volume.presenters import attachments as present
from cyclades.web.volume.schemas import attachments as schemas

SINCE = (3, 27)
COMPLETES = (3, 44)
BASE = "/volume/v3/attachments"
attachments = Resource("attachments", BASE, rule="volume:attachment_create")
attachments_detail = Resource("attachments-detail", f"{BASE}/detail")
attachment = Resource("attachment", f"{BASE}/{{id}}", rule="volume:attachment_update")
attachment_action = Resource(
    "attachment-action", f"{BASE}/{{id}}/action", rule="volume:attachment_complete"
)


def row_of(request: CycladesRequest) -> VolumeAttachmentView:
    """The attachment in question. Raises NotFound."""
    views = request.cyclades.volume_attachment_views
    return views.show(reach_of(request.caller), request.matchdict["id"])


@attachments.on("GET", query=schemas.LIST, since=SINCE)
def list_attachments(request: CycladesRequest) -> Any:
    """In short."""
    views = request.cyclades.volume_attachment_views
    return page_answer(
        request, "attachments", schemas.LISTS, views.page, views.count, present.brief
    )


@attachments_detail.on("GET", query=schemas.LIST, since=SINCE)
def list_attachments_in_detail(request: CycladesRequest) -> Any:
    """All of each."""
    views = request.cyclades.volume_attachment_views
    return page_answer(
        request, "attachments", schemas.LISTS, views.page, views.count, present.detail
    )


@attachment.on("GET", since=SINCE)
def show_attachment(request: CycladesRequest) -> Any:
    """One."""
    return {"attachment": present.detail(row_of(request))}


@attachments.on("POST", access=Access.MEMBER, body=schemas.ANY, since=SINCE)
def create_attachment(request: CycladesRequest) -> Any:
    """Compute's business."""
    wanted = request.body_in["attachment"].get("volume_uuid")
    if not isinstance(wanted, str):
        raise InvalidInput("A volume_uuid is needed.", "attachment.volume_uuid")
    volume = request.cyclades.volume_rows.get(reach_of(request.caller), wanted[:64])
    raise Conflict(f"Attach volume {volume.id} to an instance using the Compute API")


@attachment.on("PUT", access=Access.MEMBER, body=schemas.ANY, since=SINCE)
def update_attachment(request: CycladesRequest) -> Any:
    """Compute's business."""
    refuse(request)


@attachment.on("DELETE", access=Access.MEMBER, since=SINCE)
def delete_attachment(request: CycladesRequest) -> Any:
    """Compute's business."""
    refuse(request)


@attachment_action.on("POST", access=Access.MEMBER, body=schemas.ACTION, since=COMPLETES)
def complete_attachment(request: CycladesRequest) -> Any:
    """Compute's business."""
    refuse(request)


def refuse(request: CycladesRequest) -> NoReturn:
    """Say who can. Raises NotFound, Conflict."""
    row = row_of(request)
    raise Conflict(f"Detach volume from instance {row.server_id} using the Compute API")
