"""/flavors/{id}/os-flavor-access and its actions.

Source: Compute API reference, "Flavors access (flavors)".
"""

from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.web.compute.presenters import flavors as present
from cyclades.web.compute.schemas import flavors as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

RULE = "os_compute_api:os-flavor-access"
flavor_access = Resource("flavor-access", "/compute/v2.1/flavors/{id}/os-flavor-access", rule=RULE)
flavor_action = Resource("flavor-action", "/compute/v2.1/flavors/{id}/action", rule=RULE)


@flavor_access.on("GET", access=Access.ADMIN)
def list_access(request: CycladesRequest) -> Any:
    """The projects that were given a private flavor."""
    flavor_id = request.matchdict["id"]
    return present.access(flavor_id, request.cyclades.flavors.access(flavor_id))


@flavor_action.on("POST", access=Access.ADMIN, body=schemas.ACTION)
def change_access(request: CycladesRequest) -> Any:
    """Give or take access: one action in a body."""
    flavor_id, service = request.matchdict["id"], request.cyclades.flavors
    verbs = {"addTenantAccess": service.allow, "removeTenantAccess": service.disallow}
    named = [name for name, value in request.body_in.items() if value is not None]
    if len(named) != 1:
        raise InvalidInput("The body must name one action: " + " or ".join(verbs))
    projects = verbs[named[0]](flavor_id, request.body_in[named[0]]["tenant"])
    return present.access(flavor_id, projects)
