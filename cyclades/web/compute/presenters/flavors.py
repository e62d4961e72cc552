"""Flavors as compute clients read them."""

from typing import Any

from cyclades.domain.model.flavor import Flavor
from cyclades.web.microversions import Microversion
from cyclades.web.request import CycladesRequest

DESCRIPTION_SINCE = Microversion(2, 55)
SPECS_SINCE = Microversion(2, 61)
NUMERIC_SWAP_SINCE = Microversion(2, 75)


def links(request: CycladesRequest, flavor_id: str) -> list[dict[str, str]]:
    """Where a flavor is."""
    return [
        {"rel": "self", "href": request.link(f"/compute/v2.1/flavors/{flavor_id}")},
        {"rel": "bookmark", "href": request.link(f"/compute/flavors/{flavor_id}")},
    ]


def brief(request: CycladesRequest, flavor: Flavor) -> dict[str, Any]:
    """As in the short list."""
    body: dict[str, Any] = {
        "id": flavor.id,
        "name": flavor.name,
        "links": links(request, flavor.id),
    }
    if request.microversion >= DESCRIPTION_SINCE:
        body["description"] = flavor.description
    return body


def detail(request: CycladesRequest, flavor: Flavor) -> dict[str, Any]:
    """As answered to GET of one. No swap was "" before 2.75."""
    swap = flavor.swap if request.microversion >= NUMERIC_SWAP_SINCE else flavor.swap or ""
    body = brief(request, flavor) | {
        "ram": flavor.ram,
        "disk": flavor.disk,
        "vcpus": flavor.vcpus,
        "swap": swap,
        "OS-FLV-EXT-DATA:ephemeral": flavor.ephemeral,
        "OS-FLV-DISABLED:disabled": flavor.disabled,
        "os-flavor-access:is_public": flavor.is_public,
        "rxtx_factor": flavor.rxtx_factor,
    }
    if request.microversion >= SPECS_SINCE:
        body["extra_specs"] = dict(flavor.extra_specs)
    return body


def access(flavor_id: str, projects: Any) -> dict[str, Any]:
    """Who was given a private flavor."""
    rows = [{"flavor_id": flavor_id, "tenant_id": project} for project in projects]
    return {"flavor_access": rows}
