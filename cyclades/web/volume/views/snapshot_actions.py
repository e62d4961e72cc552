"""/snapshots/{id}/action: what administrators do to a snapshot in whatever status.

Source: Block Storage API reference, "Snapshot actions".
"""

from typing import Any

from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.schemas import admin_actions as schemas

snapshot_action = Resource(
    "snapshot-action",
    "/volume/v3/snapshots/{id}/action",
    rule="volume_extension:snapshot_admin_actions",
)


@snapshot_action.on("POST", access=Access.ADMIN, body=schemas.ACTION)
def act_on_snapshot(request: CycladesRequest) -> Any:
    """Say what it is, and be believed where that is so; or delete it."""
    service, snapshot_id = request.cyclades.snapshots, request.matchdict["id"]
    ((name, told),) = request.body_in.items()
    if name == "os-reset_status":
        service.repair(request.caller, snapshot_id, told["status"].lower())
    else:
        service.force_delete(request.caller, request.request_id, snapshot_id)
    return nothing(request, 202)
