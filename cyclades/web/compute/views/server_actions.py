"""/servers/{id}/action: a table from the action's name to the verb.

Source: Compute API reference, "Servers - run an action (servers, action)".
"""

from collections.abc import Callable, Mapping
from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPNotImplemented

from cyclades.domain.model.saved_image import Rotation, WantedServerImage
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.sharing import reach_of
from cyclades.web.compute.schemas import server_actions as schemas
from cyclades.web.compute.views.server_metadata import require_few
from cyclades.web.microversions import Microversion
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

IMAGE_IDS = Microversion(2, 45)
Verb = Callable[[CycladesRequest, str, Any], Any]
action = Resource(
    "server-action", "/compute/v2.1/servers/{id}/action", rule="os_compute_api:servers:action"
)


def command(kind: Action) -> Verb:
    """An action without particulars."""

    def act(request: CycladesRequest, server_id: str, _told: Any) -> None:
        request.cyclades.server_actions.act(request.caller, request.request_id, server_id, kind)

    return act


def reboot(request: CycladesRequest, server_id: str, told: Any) -> None:
    """SOFT asks the guest, HARD does not."""
    request.cyclades.server_actions.act(
        request.caller, request.request_id, server_id, Action.REBOOT, told["type"].upper()
    )


def lock(request: CycladesRequest, server_id: str, told: Any) -> None:
    """The reason came with 2.73; what older requests carry is passed over."""
    versed = request.microversion >= schemas.REASONS and told is not None
    reason = told["locked_reason"] if versed else None
    request.cyclades.server_actions.lock(request.caller, request.request_id, server_id, reason)


def unlock(request: CycladesRequest, server_id: str, _told: Any) -> None:
    """Undo it."""
    request.cyclades.server_actions.unlock(request.caller, request.request_id, server_id)


def delete(request: CycladesRequest, server_id: str, _told: Any) -> None:
    """There is no grace period that this would have to cut short."""
    request.cyclades.server_actions.delete(request.caller, request.request_id, server_id)


def add_group(request: CycladesRequest, server_id: str, told: Any) -> None:
    """All its ports are in the group."""
    request.cyclades.server_groups.add(request.caller, server_id, told["name"])


def remove_group(request: CycladesRequest, server_id: str, told: Any) -> None:
    """None of its ports is."""
    request.cyclades.server_groups.remove(request.caller, server_id, told["name"])


def add_address(request: CycladesRequest, server_id: str, told: Any) -> None:
    """One address more on a network that it is plugged into."""
    request.cyclades.server_addresses.add(request.caller, server_id, told["networkId"])


def remove_address(request: CycladesRequest, server_id: str, told: Any) -> None:
    """One address less."""
    request.cyclades.server_addresses.remove(request.caller, server_id, told["address"])


def add_floating(request: CycladesRequest, server_id: str, told: Any) -> None:
    """A floating IP leads to it."""
    request.cyclades.server_floating_ips.add(
        request.caller, server_id, told["address"], told["fixed_address"]
    )


def remove_floating(request: CycladesRequest, server_id: str, told: Any) -> None:
    """It does no more."""
    request.cyclades.server_floating_ips.remove(request.caller, server_id, told["address"])


def set_profile(request: CycladesRequest, server_id: str, told: Any) -> None:
    """Another firewall profile for one interface."""
    request.cyclades.server_addresses.set_profile(
        request.caller, server_id, told["nic"], told["profile"]
    )


def create_image(request: CycladesRequest, server_id: str, told: Any) -> Any:
    """Its disk becomes an image."""
    return save(request, server_id, WantedServerImage(told["name"], told["metadata"] or {}))


def create_backup(request: CycladesRequest, server_id: str, told: Any) -> Any:
    """The same, and older ones of its kind go."""
    rotation = Rotation(told["backup_type"], told["rotation"])
    wanted = WantedServerImage(told["name"], told["metadata"] or {}, rotation)
    return save(request, server_id, wanted)


def save(request: CycladesRequest, server_id: str, wanted: WantedServerImage) -> Any:
    """Where the image is was a header's matter before 2.45."""
    require_few(request, wanted.metadata)
    image = request.cyclades.server_images.create(
        request.caller, request.request_id, server_id, wanted
    )
    if request.microversion >= IMAGE_IDS:
        return {"image_id": image.id}
    request.response.headers["Location"] = request.link(f"/image/v2/images/{image.id}")
    return None


VERBS: Mapping[str, Verb] = {
    "os-start": command(Action.START),
    "os-stop": command(Action.STOP),
    "reboot": reboot,
    "lock": lock,
    "unlock": unlock,
    "forceDelete": delete,
    "addSecurityGroup": add_group,
    "removeSecurityGroup": remove_group,
    "addFixedIp": add_address,
    "removeFixedIp": remove_address,
    "addFloatingIp": add_floating,
    "removeFloatingIp": remove_floating,
    "firewallProfile": set_profile,
    "createImage": create_image,
    "createBackup": create_backup,
}


@action.on("POST", access=Access.MEMBER, body=schemas.ACTION, status=202)
def act_on_server(request: CycladesRequest) -> Any:
    """Do it; 202 means that it was accepted."""
    server_id = request.matchdict["id"]
    ((name, told),) = request.body_in.items()
    if name in schemas.GONE and request.microversion >= schemas.GONE[name]:
        raise HTTPNotFound
    if name not in VERBS:
        request.cyclades.server_views.show(reach_of(request.caller), server_id)
        raise HTTPNotImplemented(f"The action '{name}' is not supported yet.")
    answer = VERBS[name](request, server_id, told)
    return nothing(request, 202) if answer is None else answer
