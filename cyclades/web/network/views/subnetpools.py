"""/subnetpools. Source: Networking API v2.0, "Subnet pools"."""

from typing import Any

from cyclades.domain.model.subnetpool import WantedSubnetPool
from cyclades.web.network.bodies import create_all, renamed, revision_of
from cyclades.web.network.listing import FIELDS, listing_of, page_answer, picked
from cyclades.web.network.presenters.subnetpools import pool_body
from cyclades.web.network.schemas import subnetpools as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

subnetpools = Resource("subnetpools", "/network/v2.0/subnetpools")
subnetpool = Resource("subnetpool", "/network/v2.0/subnetpools/{id}")


@subnetpools.on("GET", query=schemas.LIST)
def list_pools(request: CycladesRequest) -> Any:
    """The project's pools, and shared ones."""
    listing = listing_of(request)
    rows = request.cyclades.subnetpools.page(listing)
    return page_answer(request, "subnetpools", rows, listing, pool_body)


@subnetpools.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=201, creates=True)
def create_pools(request: CycladesRequest) -> Any:
    """One pool, or several at once: all or none."""

    def make(item: dict[str, Any]) -> dict[str, Any]:
        wanted = WantedSubnetPool(**attributes(item))
        return pool_body(request.cyclades.subnetpools.create(request.caller, wanted))

    return create_all(request.body_in, "subnetpool", "subnetpools", make)


@subnetpool.on("GET", query=FIELDS)
def show_pool(request: CycladesRequest) -> Any:
    """One pool."""
    found = request.cyclades.subnetpools.show(request.caller, request.matchdict["id"])
    return {"subnetpool": picked(pool_body(found), request.query_in["fields"])}


@subnetpool.on("PUT", access=Access.MEMBER, body=schemas.UPDATE)
def update_pool(request: CycladesRequest) -> Any:
    """Change a pool."""
    changed = request.cyclades.subnetpools.update(
        request.caller,
        request.matchdict["id"],
        attributes(request.body_in["subnetpool"]),
        revision_of(request),
    )
    return {"subnetpool": pool_body(changed)}


@subnetpool.on("DELETE", access=Access.MEMBER)
def delete_pool(request: CycladesRequest) -> Any:
    """Forget a pool."""
    request.cyclades.subnetpools.delete(
        request.caller, request.matchdict["id"], revision_of(request)
    )
    return nothing(request)


def attributes(item: dict[str, Any]) -> dict[str, Any]:
    """What was said, as the model has it."""
    values = renamed(item, schemas.NAMES)
    return values | {name: tuple(values[name]) for name in ("prefixes", "tags") if name in values}
