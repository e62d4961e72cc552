"""/os-keypairs. Source: Compute API reference, "Keypairs (keypairs)"."""

from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.web.compute.presenters import keypairs as present
from cyclades.web.compute.schemas import keypairs as schemas
from cyclades.web.microversions import Microversion
from cyclades.web.paging import next_links, page_of
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

USER_ID_SINCE = Microversion(2, 10)
PAGES_SINCE = Microversion(2, 35)
IMPORT_ONLY_SINCE = Microversion(2, 92)
NEW_STATUS_SINCE = Microversion(2, 2)

keypairs = Resource("keypairs", "/compute/v2.1/os-keypairs")
keypair = Resource("keypair", "/compute/v2.1/os-keypairs/{name}")


def owner(request: CycladesRequest, claimed: str | None) -> str:
    """Whose keypairs; other users may be named since 2.10."""
    return claimed if claimed and request.microversion >= USER_ID_SINCE else request.caller.user_id


@keypairs.on("GET", access=Access.USER, query=schemas.LIST)
def list_keypairs(request: CycladesRequest) -> Any:
    """The caller's keypairs, by name."""
    user_id = owner(request, request.query_in["user_id"])
    page = page_of(request)
    if request.microversion < PAGES_SINCE:
        page = type(page)(request.app.settings.page_size)
    rows = request.cyclades.keypairs.page(request.caller, user_id, page.fetch, page.marker)
    links = next_links(request, "keypairs", rows, page, "name")
    shown = [{"keypair": present.brief(row, request.microversion)} for row in rows[: page.limit]]
    return {"keypairs": shown} | links


@keypairs.on("POST", access=Access.USER, body=schemas.CREATE, creates=True)
def create_keypair(request: CycladesRequest) -> Any:
    """Import a public key, or (before 2.92) have one made."""
    wanted, version = request.body_in["keypair"], request.microversion
    if version >= NEW_STATUS_SINCE:
        request.response.status_int = 201
    name, key = wanted["name"], wanted["public_key"]
    user_id = owner(request, wanted["user_id"])
    service = request.cyclades.keypairs
    if key is not None:
        made = service.import_key(request.caller, user_id, name, wanted["type"], key.strip())
        return present.created(made, None, version)
    if version >= IMPORT_ONLY_SINCE:
        raise InvalidInput("'public_key' is a required property", "keypair.public_key")
    made, private = service.generate(request.caller, user_id, name, wanted["type"])
    return present.created(made, private, version)


@keypair.on("GET", access=Access.USER, query=schemas.LIST)
def show_keypair(request: CycladesRequest) -> Any:
    """One keypair."""
    user_id = owner(request, request.query_in["user_id"])
    found = request.cyclades.keypairs.show(request.caller, user_id, request.matchdict["name"])
    return present.detail(found, request.microversion)


@keypair.on("DELETE", access=Access.USER, query=schemas.LIST)
def delete_keypair(request: CycladesRequest) -> Any:
    """Forget a keypair."""
    user_id = owner(request, request.query_in["user_id"])
    request.cyclades.keypairs.delete(request.caller, user_id, request.matchdict["name"])
    return nothing(request, 204 if request.microversion >= NEW_STATUS_SINCE else 202)
