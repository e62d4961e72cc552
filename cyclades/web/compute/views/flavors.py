"""/flavors. Source: Compute API reference, "Flavors"."""

from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.flavor import SORT_KEYS, Flavor, FlavorQuery
from cyclades.web.compute.presenters import flavors as present
from cyclades.web.compute.schemas import flavors as schemas
from cyclades.web.microversions import Microversion
from cyclades.web.paging import Page, next_links, page_of
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.schema_types import BOOLEANS
from cyclades.web.validation import refuse_unknown

STRICT_SINCE = Microversion(2, 75)

flavors = Resource("flavors", "/compute/v2.1/flavors", rule="os_compute_api:os-flavor-manage")
flavors_detail = Resource("flavors-detail", "/compute/v2.1/flavors/detail")
flavor = Resource("flavor", "/compute/v2.1/flavors/{id}", rule="os_compute_api:os-flavor-manage")


@flavors.on("GET", query=schemas.LIST)
def list_flavors(request: CycladesRequest) -> Any:
    """Flavors in short."""
    return listed(request, present.brief)


@flavors_detail.on("GET", query=schemas.LIST)
def list_flavors_in_detail(request: CycladesRequest) -> Any:
    """Flavors in full."""
    return listed(request, present.detail)


def listed(request: CycladesRequest, say: Any) -> dict[str, Any]:
    """A page of flavors."""
    if request.microversion >= STRICT_SINCE:
        refuse_unknown(schemas.LIST, request.query_in)
    page = page_of(request)
    rows = request.cyclades.flavors.page(request.caller, wanted(request.query_in, page))
    shown = [say(request, row) for row in rows[: page.limit]]
    return {"flavors": shown} | next_links(request, "flavors", rows, page)


def wanted(query: dict[str, Any], page: Page) -> FlavorQuery:
    """What a query asks for."""
    return FlavorQuery(
        limit=page.fetch,
        marker=page.marker,
        is_public=publicity(query["is_public"]),
        min_ram=query["minRam"],
        min_disk=query["minDisk"],
        sort_by=SORT_KEYS[query["sort_key"]],
        descending=query["sort_dir"] == "desc",
    )


def publicity(word: str | None) -> bool | None:
    """`is_public`: a boolean's word, or "none" for both kinds. Raises InvalidInput."""
    if word is None:
        return True
    if word.lower() == "none":
        return None
    if word.lower() not in BOOLEANS:
        raise InvalidInput(f"Invalid is_public filter [{word[:40]}]", "is_public")
    return BOOLEANS[word.lower()]


@flavors.on("POST", access=Access.ADMIN, body=schemas.CREATE, creates=True)
def create_flavor(request: CycladesRequest) -> Any:
    """Offer a flavor."""
    body = request.body_in["flavor"]
    if "description" in body and request.microversion < present.DESCRIPTION_SINCE:
        raise InvalidInput(
            "Invalid input for field/attribute flavor. Additional properties are not allowed "
            "('description' was unexpected)",
            "flavor.description",
        )
    chosen = None if body["id"] == "auto" else body["id"]
    made = request.cyclades.flavors.create(
        Flavor(
            id=chosen or "",
            name=body["name"],
            vcpus=body["vcpus"],
            ram=body["ram"],
            disk=body["disk"],
            ephemeral=body["OS-FLV-EXT-DATA:ephemeral"],
            swap=body["swap"],
            rxtx_factor=body["rxtx_factor"],
            is_public=body["os-flavor-access:is_public"],
            description=body.get("description"),
        )
    )
    return {"flavor": present.detail(request, made)}


@flavor.on("GET")
def show_flavor(request: CycladesRequest) -> Any:
    """One flavor; names are not ids."""
    found = request.cyclades.flavors.show(request.caller, request.matchdict["id"])
    return {"flavor": present.detail(request, found)}


@flavor.on("PUT", access=Access.ADMIN, body=schemas.UPDATE, since=(2, 55))
def update_flavor(request: CycladesRequest) -> Any:
    """Change the description."""
    told = request.body_in["flavor"]["description"]
    changed = request.cyclades.flavors.describe(request.matchdict["id"], told)
    return {"flavor": present.detail(request, changed)}


@flavor.on("DELETE", access=Access.ADMIN)
def delete_flavor(request: CycladesRequest) -> Any:
    """Offer it no more."""
    request.cyclades.flavors.delete(request.matchdict["id"])
    return nothing(request, 202)
