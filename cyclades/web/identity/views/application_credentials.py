"""/v3/users/{id}/application_credentials. Source: Identity API, "Application Credentials"."""

from collections.abc import Sequence
from typing import Any

from cyclades.domain.model.application_credential import ApplicationCredential
from cyclades.domain.model.errors import Forbidden
from cyclades.web.identity.presenters import application_credentials as present
from cyclades.web.identity.presenters.records import collection_links
from cyclades.web.identity.schemas import application_credentials as schemas
from cyclades.web.identity.views.access import may
from cyclades.web.identity.views.users import own
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

PATH = "/identity/v3/users/{id}/application_credentials"

credentials = Resource("application-credentials", PATH)
credential = Resource("application-credential", f"{PATH}/{{credential_id}}")


def shown(request: CycladesRequest, rows: Sequence[ApplicationCredential]) -> list[dict[str, Any]]:
    """With their roles spelled out."""
    ids = tuple({role_id for row in rows for role_id in row.roles})
    found = request.cyclades.identity.store.roles.find({"id": ids}) if ids else ()
    roles = {role.id: role for role in found}
    return [present.credential(request, row, roles) for row in rows]


@credentials.on("GET", access=Access.USER, query=schemas.LIST)
def list_credentials(request: CycladesRequest) -> Any:
    may(request, "list_application_credentials", own=own(request))
    store = request.cyclades.identity.store
    user = store.users.get(request.matchdict["id"])
    rows = store.application_credentials.find({**request.query_in, "user_id": user.id})
    return {
        "application_credentials": shown(request, rows),
        "links": collection_links(request),
    }


@credentials.on("POST", access=Access.USER, body=schemas.CREATE, status=201, creates=True)
def create_credential(request: CycladesRequest) -> Any:
    may(request, "create_application_credential", own=own(request))
    if not own(request):
        raise Forbidden(
            "You are not authorized to perform the requested action: "
            "identity:create_application_credential."
        )
    wanted = request.body_in["application_credential"]
    service = request.cyclades.identity.application_credentials
    made, secret = service.create(request.caller, wanted)
    return {"application_credential": shown(request, [made])[0] | {"secret": secret}}


@credential.on("GET", access=Access.USER)
def show_credential(request: CycladesRequest) -> Any:
    may(request, "get_application_credential", own=own(request))
    found = request.cyclades.identity.application_credentials.show(*named(request))
    return {"application_credential": shown(request, [found])[0]}


@credential.on("DELETE", access=Access.USER)
def delete_credential(request: CycladesRequest) -> Any:
    may(request, "delete_application_credential", own=own(request))
    request.cyclades.identity.application_credentials.delete(request.caller, *named(request))
    return nothing(request)


def named(request: CycladesRequest) -> tuple[str, str]:
    """The user's id and the credential's."""
    return request.matchdict["id"], request.matchdict["credential_id"]
