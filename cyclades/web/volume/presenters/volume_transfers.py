"""Transfers as clients see them. Source: Block Storage API reference, "Volume transfers"."""

from typing import Any

from cyclades.domain.model.volume_transfer import VolumeTransfer
from cyclades.web.microversions import Microversion
from cyclades.web.rendering import iso_micro
from cyclades.web.request import CycladesRequest

SNAPSHOTS = Microversion(3, 55)
PROJECTS = Microversion(3, 57)


def brief(request: CycladesRequest, transfer: VolumeTransfer) -> dict[str, Any]:
    """As in the short list."""
    path = f"os-volume-transfer/{transfer.id}"
    return {
        "id": transfer.id,
        "volume_id": transfer.volume_id,
        "name": transfer.name,
        "links": [
            {"rel": "self", "href": request.link(f"/volume/v3/{path}")},
            {"rel": "bookmark", "href": request.link(f"/volume/{path}")},
        ],
    }


def detail(request: CycladesRequest, transfer: VolumeTransfer) -> dict[str, Any]:
    """All of one; a transfer that is accepted is gone."""
    body = brief(request, transfer) | {"created_at": iso_micro(transfer.created)}
    if request.microversion >= SNAPSHOTS:
        body["no_snapshots"] = transfer.no_snapshots
    if request.microversion >= PROJECTS:
        body |= {
            "source_project_id": transfer.project_id,
            "destination_project_id": None,
            "accepted": False,
        }
    return body
