"""/volumes/{id}/action: a table from the action's name to the verb.

Source: Block Storage API reference, "Volume actions".
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
from pyramid.httpexceptions import HTTPNotFound

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.saved_image import WantedUpload
from cyclades.domain.model.sharing import reach_of, require_admin
from cyclades.domain.model.volume import Volume
from cyclades.domain.services.volume_types import EVERYTHING
from cyclades.web.microversions import Microversion
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.presenters.volume_uploads import upload_body
from cyclades.web.volume.schemas import volume_actions as schemas
from cyclades.web.volume.schemas.words import merged

VISIBILITY = Microversion(3, 1)
REVERTS = Microversion(3, 40)
EXTEND_ATTACHED = Microversion(3, 42)
PRIVATE = {"visibility": "private", "protected": False}
Verb = Callable[[CycladesRequest, str, Any], Any]
RULE = "volume_extension:volume_actions"
volume_action = Resource("volume-action", "/volume/v3/volumes/{id}/action", rule=RULE)


def extend(request: CycladesRequest, volume_id: str, told: Any) -> Any:
    """Make it larger; since 3.42 also in a server."""
    attached = request.microversion >= EXTEND_ATTACHED
    who = (request.caller, request.request_id)
    request.cyclades.volumes.extend(*who, volume_id, told["new_size"], attached=attached)
    return nothing(request, 202)


def set_bootable(request: CycladesRequest, volume_id: str, told: Any) -> Any:
    """Whether servers may boot from it."""

    def change(found: Volume) -> Volume:
        return replace(found, bootable=told["bootable"])

    request.cyclades.volumes.update(request.caller, volume_id, change)
    return nothing(request, 200)


def set_readonly(request: CycladesRequest, volume_id: str, told: Any) -> Any:
    """Whether servers may write to it."""
    request.cyclades.volumes.set_readonly(request.caller, volume_id, readonly=told["readonly"])
    return nothing(request, 202)


def retype(request: CycladesRequest, volume_id: str, told: Any) -> Any:
    """Another type, whose disks are the same."""
    request.cyclades.volumes.retype(request.caller, volume_id, told["new_type"])
    return nothing(request, 202)


def set_image_metadata(request: CycladesRequest, volume_id: str, told: Any) -> Any:
    """Add and replace some of what it remembers of its image."""

    def change(found: Volume) -> Volume:
        return replace(found, image_metadata=merged(found.image_metadata, told["metadata"]))

    saved = request.cyclades.volumes.update(request.caller, volume_id, change)
    return {"metadata": saved.image_metadata}


def unset_image_metadata(request: CycladesRequest, volume_id: str, told: Any) -> Any:
    """Forget one of them."""
    key = told["key"]

    def change(found: Volume) -> Volume:
        if key not in found.image_metadata:
            raise NotFound("metadata item", key[:80])
        left = {name: value for name, value in found.image_metadata.items() if name != key}
        return replace(found, image_metadata=left)

    request.cyclades.volumes.update(request.caller, volume_id, change)
    return nothing(request, 200)


def show_image_metadata(request: CycladesRequest, volume_id: str, _told: Any) -> Any:
    """All of them."""
    row = request.cyclades.volume_views.show(reach_of(request.caller), volume_id)
    return {"metadata": orjson.Fragment(row.image_metadata)}


def repair(request: CycladesRequest, volume_id: str, told: Any) -> Any:
    """Administrators say what it is; the truth is looked at first."""
    require_admin(request.caller, "volume_extension:volume_admin_actions:reset_status")
    if not told["status"]:
        raise InvalidInput("Must specify a status; it alone can be repaired.", "os-reset_status")
    request.cyclades.volumes.repair(request.caller, volume_id, told["status"].lower())
    return nothing(request, 202)


def force_delete(request: CycladesRequest, volume_id: str, _told: Any) -> Any:
    """In whatever status it is."""
    require_admin(request.caller, "volume_extension:volume_admin_actions:force_delete")
    request.cyclades.volumes.force_delete(request.caller, request.request_id, volume_id)
    return nothing(request, 202)


def upload(request: CycladesRequest, volume_id: str, told: Any) -> Any:
    """It becomes an image. Whose it is for could not be said before 3.1."""
    said = told if request.microversion >= VISIBILITY else told | PRIVATE
    wanted = WantedUpload(
        said["image_name"],
        said["disk_format"],
        said["container_format"],
        said["visibility"],
        said["protected"],
        said["force"],
    )
    volume, image = request.cyclades.volume_uploads.begin(
        request.caller, request.request_id, volume_id, wanted
    )
    # It is told as it is, also when it is no longer the project's to use for new volumes.
    kind = request.cyclades.volume_types.repository.get(EVERYTHING, volume.type_id)
    body = upload_body(volume, kind, image, request.microversion)
    request.response.status_int = 202
    return {"os-volume_upload_image": body}


def revert(request: CycladesRequest, volume_id: str, told: Any) -> Any:
    """It becomes what its newest snapshot is."""
    if request.microversion < REVERTS:
        raise HTTPNotFound
    request.cyclades.volume_restores.revert(
        request.caller, request.request_id, volume_id, told["snapshot_id"]
    )
    return nothing(request, 202)


VERBS: Mapping[str, Verb] = {
    "os-extend": extend,
    "os-set_bootable": set_bootable,
    "os-update_readonly_flag": set_readonly,
    "os-retype": retype,
    "os-set_image_metadata": set_image_metadata,
    "os-unset_image_metadata": unset_image_metadata,
    "os-show_image_metadata": show_image_metadata,
    "os-reset_status": repair,
    "os-force_delete": force_delete,
    "os-volume_upload_image": upload,
    "revert": revert,
}


@volume_action.on("POST", access=Access.MEMBER, body=schemas.ACTION)
def act_on_volume(request: CycladesRequest) -> Any:
    """Do it."""
    volume_id = request.matchdict["id"]
    ((name, told),) = request.body_in.items()
    if name in schemas.INTERNAL:
        request.cyclades.volume_views.show(reach_of(request.caller), volume_id)
        raise InvalidInput(
            f"Services say {name} to each other, and nobody else: servers get and lose volumes by "
            "/servers/{id}/os-volume_attachments of the compute service."
        )
    return VERBS[name](request, volume_id, told)
