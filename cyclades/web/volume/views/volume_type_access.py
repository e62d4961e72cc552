"""/types/{id}/os-volume-type-access and its actions.

Source: Block Storage API reference, "Volume type access".
"""

from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.presenters import volume_types as present
from cyclades.web.volume.schemas import volume_types as schemas

RULE = "volume_extension:volume_type_access"
type_access = Resource(
    "volume-type-access", "/volume/v3/types/{id}/os-volume-type-access", rule=RULE
)
type_action = Resource("volume-type-action", "/volume/v3/types/{id}/action", rule=RULE)


@type_access.on("GET", access=Access.ADMIN)
def list_type_access(request: CycladesRequest) -> Any:
    """The projects that were given a private type."""
    type_id = request.matchdict["id"]
    return present.access_body(type_id, request.cyclades.volume_types.access(type_id))


@type_action.on("POST", access=Access.ADMIN, body=schemas.ACTION)
def change_type_access(request: CycladesRequest) -> Any:
    """Give or take access: one action in a body."""
    service = request.cyclades.volume_types
    verbs = {"addProjectAccess": service.allow, "removeProjectAccess": service.disallow}
    named = [name for name, value in request.body_in.items() if value is not None]
    if len(named) != 1:
        raise InvalidInput("The body must name one action: " + " or ".join(verbs))
    verbs[named[0]](request.matchdict["id"], request.body_in[named[0]]["project"])
    return nothing(request, 202)
