"""/backups/{id}/action: what administrators do to a backup in whatever status.

Source: Block Storage API reference, "Backup actions".
"""

from typing import Any

from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.schemas import admin_actions as schemas

backup_action = Resource(
    "backup-action", "/volume/v3/backups/{id}/action", rule="volume_extension:backup_admin_actions"
)


@backup_action.on("POST", access=Access.ADMIN, body=schemas.ACTION)
def act_on_backup(request: CycladesRequest) -> Any:
    """Say what it is, and be believed where that is so; or delete it."""
    service, backup_id = request.cyclades.backups, request.matchdict["id"]
    ((name, told),) = request.body_in.items()
    if name == "os-reset_status":
        service.repair(request.caller, backup_id, told["status"].lower())
    else:
        service.force_delete(request.caller, backup_id)
    return nothing(request, 202)
