"""/types/{id}/extra_specs and /types/{id}/encryption.

Source: Block Storage API reference, "Volume types".
"""

from collections.abc import Mapping
from typing import Any

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.presenters.volume_types import volume_type_body
from cyclades.web.volume.schemas import volume_types as schemas

RULE = "volume_extension:types_extra_specs"
BASE = "/volume/v3/types/{id}"
type_specs = Resource("volume-type-specs", f"{BASE}/extra_specs", rule=RULE)
type_spec = Resource("volume-type-spec", f"{BASE}/extra_specs/{{key}}", rule=RULE)
type_encryption = Resource("volume-type-encryption", f"{BASE}/encryption")
type_encryption_key = Resource("volume-type-encryption-key", f"{BASE}/encryption/{{key}}")


def shown(request: CycladesRequest) -> Mapping[str, str]:
    """What the caller may see of them."""
    found = request.cyclades.volume_types.show(request.caller, request.matchdict["id"])
    specs: Mapping[str, str] = volume_type_body(found, admin=request.caller.is_admin)["extra_specs"]
    return specs


@type_specs.on("GET")
def list_type_specs(request: CycladesRequest) -> Any:
    """All."""
    return {"extra_specs": shown(request)}


@type_specs.on("POST", access=Access.ADMIN, body=schemas.SPECS)
def put_type_specs(request: CycladesRequest) -> Any:
    """Add or replace some."""
    specs = request.body_in["extra_specs"]
    request.cyclades.volume_types.put_specs(request.matchdict["id"], specs)
    return {"extra_specs": specs}


@type_spec.on("GET")
def show_type_spec(request: CycladesRequest) -> Any:
    """One."""
    key, specs = request.matchdict["key"], shown(request)
    if key not in specs:
        raise NotFound("extra spec", key[:64])
    return {key: specs[key]}


@type_spec.on("PUT", access=Access.ADMIN, body=schemas.SPEC)
def put_type_spec(request: CycladesRequest) -> Any:
    """Add or replace one."""
    key, specs = request.matchdict["key"], request.body_in
    if set(specs) != {key}:
        raise InvalidInput("Request body and URI mismatch", "extra_specs")
    request.cyclades.volume_types.put_specs(request.matchdict["id"], specs)
    return specs


@type_spec.on("DELETE", access=Access.ADMIN)
def drop_type_spec(request: CycladesRequest) -> Any:
    """Take one away."""
    request.cyclades.volume_types.drop_spec(request.matchdict["id"], request.matchdict["key"])
    return nothing(request, 202)


@type_encryption.on("GET", access=Access.ADMIN)
def show_type_encryption(request: CycladesRequest) -> Any:
    """None: clusters do not encrypt disks."""
    request.cyclades.volume_types.show(request.caller, request.matchdict["id"])
    return {}


@type_encryption.on("POST", access=Access.ADMIN, body=schemas.ENCRYPTION)
def put_type_encryption(request: CycladesRequest) -> Any:
    """Refused: clusters do not encrypt disks."""
    request.cyclades.volume_types.show(request.caller, request.matchdict["id"])
    raise InvalidInput("Clusters do not encrypt disks: guests do.", "encryption")


@type_encryption_key.on("GET", access=Access.ADMIN)
def show_type_encryption_key(request: CycladesRequest) -> Any:
    """None either."""
    request.cyclades.volume_types.show(request.caller, request.matchdict["id"])
    return {}
