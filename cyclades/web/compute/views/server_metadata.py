"""/servers/{id}/metadata. Source: Compute API reference, "Server metadata"."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from cyclades.domain.model.errors import Forbidden, InvalidInput, NotFound
from cyclades.domain.model.server import Server
from cyclades.domain.model.sharing import reach_of
from cyclades.web.compute.schemas import server_metadata as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

Metadata = Mapping[str, str]
RULE = "os_compute_api:server-metadata"
metadata = Resource("server-metadata", "/compute/v2.1/servers/{id}/metadata", rule=RULE)
item = Resource("server-metadata-item", "/compute/v2.1/servers/{id}/metadata/{key}", rule=RULE)


def require_few(request: CycladesRequest, found: Metadata) -> None:
    """Raise Forbidden when it is more than a server may have."""
    limit = request.app.settings.quota_metadata_items
    if 0 <= limit < len(found):
        raise Forbidden(f"Maximum number of metadata items exceeds {limit}")


def changed(request: CycladesRequest, change: Callable[[Metadata], Metadata]) -> Metadata:
    """The metadata once it is changed."""

    def update(server: Server) -> None:
        server.metadata = change(server.metadata)
        require_few(request, server.metadata)

    actions = request.cyclades.server_actions
    return actions.update(request.caller, request.matchdict["id"], update).metadata


def require(found: Metadata, key: str) -> None:
    """Raise NotFound without this item."""
    if key not in found:
        raise NotFound("metadata item", key)


@metadata.on("GET")
def list_metadata(request: CycladesRequest) -> Any:
    """All."""
    row = request.cyclades.server_views.show(reach_of(request.caller), request.matchdict["id"])
    return {"metadata": orjson.Fragment(row.metadata)}


@metadata.on("POST", access=Access.MEMBER, body=schemas.ALL)
def merge_metadata(request: CycladesRequest) -> Any:
    """Add and replace some."""
    more = request.body_in["metadata"]
    return {"metadata": changed(request, lambda found: {**found, **more})}


@metadata.on("PUT", access=Access.MEMBER, body=schemas.ALL)
def replace_metadata(request: CycladesRequest) -> Any:
    """Replace all."""
    return {"metadata": changed(request, lambda _found: request.body_in["metadata"])}


@item.on("GET")
def show_metadata(request: CycladesRequest) -> Any:
    """One."""
    row = request.cyclades.server_views.show(reach_of(request.caller), request.matchdict["id"])
    key, found = request.matchdict["key"], orjson.loads(row.metadata)
    require(found, key)
    return {"meta": {key: found[key]}}


@item.on("PUT", access=Access.MEMBER, body=schemas.ONE)
def put_metadata(request: CycladesRequest) -> Any:
    """Add or replace one."""
    key, meta = request.matchdict["key"], request.body_in["meta"]
    if key not in meta:
        raise InvalidInput("Request body and URI mismatch", "meta")
    changed(request, lambda found: {**found, **meta})
    return {"meta": meta}


@item.on("DELETE", access=Access.MEMBER)
def delete_metadata(request: CycladesRequest) -> Any:
    """Take one away."""
    key = request.matchdict["key"]

    def without(found: Metadata) -> Metadata:
        require(found, key)
        return {name: value for name, value in found.items() if name != key}

    changed(request, without)
    return nothing(request)
