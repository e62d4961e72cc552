"""/types: the catalogue, and what administrators do to it.

Source: Block Storage API reference, "Volume types".
"""

from dataclasses import replace
from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.listing import Listing, Order
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_type import VolumeType
from cyclades.web.paging import Page, next_links
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.schema_types import BOOLEANS
from cyclades.web.volume.listing import asked
from cyclades.web.volume.presenters import volume_types as present
from cyclades.web.volume.schemas import volume_types as schemas

RULE = "volume_extension:types_manage"
volume_types = Resource("volume-types", "/volume/v3/types", rule=RULE)
default_type = Resource("volume-type-default", "/volume/v3/types/default")
volume_type = Resource("volume-type", "/volume/v3/types/{id}", rule=RULE)


def body(request: CycladesRequest, kind: VolumeType) -> dict[str, Any]:
    """One in its envelope."""
    return {"volume_type": present.volume_type_body(kind, admin=request.caller.is_admin)}


@volume_types.on("GET", query=schemas.LIST)
def list_types(request: CycladesRequest) -> Any:
    """Those that the caller may use; administrators may ask for `is_public=none`: for all."""
    page, listing = wanted(request)
    rows = request.cyclades.volume_types.page(listing) if page.limit else ()
    admin = request.caller.is_admin
    shown = [present.volume_type_body(row, admin=admin) for row in rows[: page.limit]]
    return {"volume_types": shown} | next_links(request, "volume_type", rows, page)


def wanted(request: CycladesRequest) -> tuple[Page, Listing]:
    """What the query asks for. Raises InvalidInput."""
    page, listing = asked(request, schemas.LISTS)
    filters = dict(listing.filters)
    (word,) = filters.pop("is_public", (None,))
    said = public(word)
    if request.caller.is_admin:
        scope = Scope(request.caller.project_id, everything=True)
        if said is not None:
            filters["is_public"] = (said,)
    else:
        scope = Scope(request.caller.project_id)
    usual = {"sort", "sort_key", "sort_dir"}.isdisjoint(request.GET)
    order = (Order("name"),) if usual else listing.order
    return page, replace(listing, scope=scope, filters=filters, order=order)


def public(word: str | None) -> bool | None:
    """A boolean's word; "none" for both kinds. Raises InvalidInput."""
    if word is None:
        return True
    if word.lower() == "none":
        return None
    if word.lower() not in BOOLEANS:
        raise InvalidInput(f"Invalid filter is_public: {word[:40]!r}", "is_public")
    return BOOLEANS[word.lower()]


@volume_types.on("POST", access=Access.ADMIN, body=schemas.CREATE, creates=True)
def create_type(request: CycladesRequest) -> Any:
    """Offer a type."""
    told = request.body_in["volume_type"]
    made = request.cyclades.volume_types.create(
        told["name"].strip(),
        told["description"],
        is_public=told[schemas.ACCESS],
        specs=told["extra_specs"] or {},
    )
    return body(request, made)


@default_type.on("GET")
def show_default_type(request: CycladesRequest) -> Any:
    """What volumes are of that name no type."""
    return body(request, request.cyclades.volume_types.default())


@volume_type.on("GET")
def show_type(request: CycladesRequest) -> Any:
    """One; names are not ids."""
    found = request.cyclades.volume_types.show(request.caller, request.matchdict["id"])
    return body(request, found)


@volume_type.on("PUT", access=Access.ADMIN, body=schemas.UPDATE)
def update_type(request: CycladesRequest) -> Any:
    """Another name, description, publicity."""
    changes = dict(request.body_in["volume_type"])
    name = changes.pop("name")
    if name is not None:
        changes["name"] = name.strip()
    if not changes:
        raise InvalidInput("Specify volume type name, description, is_public or a combination.")
    answer = body(request, request.cyclades.volume_types.update(request.matchdict["id"], changes))
    del answer["volume_type"][schemas.ACCESS]  # as real clouds answer this one
    return answer


@volume_type.on("DELETE", access=Access.ADMIN)
def delete_type(request: CycladesRequest) -> Any:
    """Offer it no more."""
    request.cyclades.volume_types.delete(request.matchdict["id"])
    return nothing(request, 202)
