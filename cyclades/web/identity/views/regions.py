"""/v3/regions. Source: Identity API, "Regions"."""

from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.web.identity.presenters import catalog as present
from cyclades.web.identity.presenters.records import listed
from cyclades.web.identity.schemas import catalog as schemas
from cyclades.web.identity.schemas.records import parted
from cyclades.web.identity.views.access import may
from cyclades.web.identity.views.catalog import matching
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

regions = Resource("regions", "/identity/v3/regions")
region = Resource("region", "/identity/v3/regions/{id}")


@regions.on("GET", access=Access.USER, query=schemas.LIST_REGIONS)
def list_regions(request: CycladesRequest) -> Any:
    may(request, "list_regions")
    rows = matching(request.cyclades.identity.catalog.regions(), request.query_in)
    return listed(request, "regions", rows, present.region)


@regions.on("POST", access=Access.USER, body=schemas.CREATE_REGION, status=201, creates=True)
def create_region(request: CycladesRequest) -> Any:
    may(request, "create_region")
    wanted, extra = parted(request.body_in, schemas.CREATE_REGION)
    made = request.cyclades.identity.catalog.create_region(wanted, extra)
    return {"region": present.region(request, made)}


@region.on("GET", access=Access.USER)
def show_region(request: CycladesRequest) -> Any:
    may(request, "get_region")
    found = request.cyclades.identity.catalog.region(request.matchdict["id"])
    return {"region": present.region(request, found)}


@region.on("PUT", access=Access.USER, body=schemas.CREATE_REGION, status=201)
def create_named_region(request: CycladesRequest) -> Any:
    may(request, "create_region")
    wanted, extra = parted(request.body_in, schemas.CREATE_REGION)
    region_id = request.matchdict["id"]
    if wanted.get("id", region_id) != region_id or len(region_id) > 255:
        raise InvalidInput("The region's id in the body and in the path differ.", "region.id")
    made = request.cyclades.identity.catalog.create_region(wanted | {"id": region_id}, extra)
    return {"region": present.region(request, made)}


@region.on("PATCH", access=Access.USER, body=schemas.UPDATE_REGION)
def update_region(request: CycladesRequest) -> Any:
    may(request, "update_region")
    changes, extra = parted(request.body_in, schemas.UPDATE_REGION)
    catalog = request.cyclades.identity.catalog
    changed = catalog.update_region(request.matchdict["id"], changes, extra)
    return {"region": present.region(request, changed)}


@region.on("DELETE", access=Access.USER)
def delete_region(request: CycladesRequest) -> Any:
    may(request, "delete_region")
    request.cyclades.identity.catalog.delete_region(request.matchdict["id"])
    return nothing(request)
