"""Volumes of servers, as compute clients read them."""

from typing import Any

from cyclades.ports.volume_attachment_views import VolumeAttachmentView
from cyclades.web.microversions import Microversion

TAGGED = Microversion(2, 70)
TERMINATION = Microversion(2, 79)
WITHOUT_ID = Microversion(2, 89)


def volume(row: VolumeAttachmentView, version: Microversion) -> dict[str, Any]:
    """One, as in answers to POST: `id` is the volume's."""
    body: dict[str, Any] = {
        "id": row.volume_id,
        "serverId": row.server_id,
        "volumeId": row.volume_id,
        "device": row.device,
    }
    if version >= TAGGED:
        body["tag"] = row.tag
    if version >= TERMINATION:
        body["delete_on_termination"] = row.delete_on_termination
    return body


def shown(row: VolumeAttachmentView, version: Microversion) -> dict[str, Any]:
    """One, as in lists; since 2.89 the attachment's own ids take the place of `id`."""
    body = volume(row, version)
    if version >= WITHOUT_ID:
        del body["id"]
        body |= {"attachment_id": row.id, "bdm_uuid": row.id}
    return body
