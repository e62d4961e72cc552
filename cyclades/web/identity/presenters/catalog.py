"""Services, endpoints and regions as identity clients read them."""

from typing import Any

from cyclades.domain.model.catalog import CatalogService, Endpoint, Region
from cyclades.web.identity.presenters.records import shown
from cyclades.web.request import CycladesRequest


def service(request: CycladesRequest, row: CatalogService) -> dict[str, Any]:
    """One service."""
    own: dict[str, Any] = {
        "id": row.id,
        "name": row.name,
        "type": row.type,
        "enabled": row.enabled,
    }
    if row.description is not None:
        own["description"] = row.description
    return shown(request, "services", own, row.extra)


def endpoint(request: CycladesRequest, row: Endpoint) -> dict[str, Any]:
    """One endpoint."""
    own: dict[str, Any] = {
        "id": row.id,
        "interface": row.interface,
        "region": row.region_id,
        "region_id": row.region_id,
        "service_id": row.service_id,
        "url": row.url,
        "enabled": row.enabled,
    }
    if row.name:
        own["name"] = row.name
    return shown(request, "endpoints", own, row.extra)


def region(request: CycladesRequest, row: Region) -> dict[str, Any]:
    """One region."""
    own = {
        "id": row.id,
        "description": row.description,
        "parent_region_id": row.parent_region_id,
    }
    return shown(request, "regions", own, row.extra)
