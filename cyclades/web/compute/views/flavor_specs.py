"""/flavors/{id}/os-extra_specs.

Source: Compute API reference, "Flavors extra-specs".
"""

from typing import Any

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.web.compute.schemas import flavors as schemas
from cyclades.web.microversions import Microversion
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

KNOWN_SINCE = Microversion(2, 86)
RULE = "os_compute_api:os-flavor-extra-specs"
BASE = "/compute/v2.1/flavors/{id}/os-extra_specs"
flavor_specs = Resource("flavor-specs", BASE, rule=RULE)
flavor_spec = Resource("flavor-spec", f"{BASE}/{{key}}", rule=RULE)


@flavor_specs.on("GET")
def list_specs(request: CycladesRequest) -> Any:
    """All of a flavor's extra specs."""
    found = request.cyclades.flavors.show(request.caller, request.matchdict["id"])
    return {"extra_specs": dict(found.extra_specs)}


@flavor_specs.on("POST", access=Access.ADMIN, body=schemas.SPECS)
def put_specs(request: CycladesRequest) -> Any:
    """Add or replace some."""
    specs = request.body_in["extra_specs"]
    put(request, specs)
    return {"extra_specs": specs}


@flavor_spec.on("GET")
def show_spec(request: CycladesRequest) -> Any:
    """One of them."""
    found = request.cyclades.flavors.show(request.caller, request.matchdict["id"])
    key = request.matchdict["key"]
    if key not in found.extra_specs:
        raise NotFound("extra spec", key)
    return {key: found.extra_specs[key]}


@flavor_spec.on("PUT", access=Access.ADMIN, body=schemas.SPEC)
def put_spec(request: CycladesRequest) -> Any:
    """Add or replace one."""
    key, body = request.matchdict["key"], request.body_in
    if set(body) != {key}:
        raise InvalidInput("Request body and URI mismatch", key)
    put(request, body)
    return body


@flavor_spec.on("DELETE", access=Access.ADMIN)
def drop_spec(request: CycladesRequest) -> Any:
    """Take one away."""
    request.cyclades.flavors.drop_spec(request.matchdict["id"], request.matchdict["key"])
    return nothing(request, 200)


def put(request: CycladesRequest, specs: dict[str, Any]) -> None:
    """Texts to texts, checked as closely as the microversion says."""
    for key, value in specs.items():
        if not isinstance(value, str):
            raise InvalidInput(
                f"Invalid input for field/attribute {key[:60]}. It is not of type 'string'",
                f"extra_specs.{key[:60]}",
            )
    known_only = request.microversion >= KNOWN_SINCE
    request.cyclades.flavors.put_specs(request.matchdict["id"], specs, known_only=known_only)
