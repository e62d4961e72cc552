"""/volumes/{id}/metadata. Source: Block Storage API reference, "Volumes"."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.volume import Volume
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.schemas import volumes as schemas

Metadata = Mapping[str, str]
volume_metadata = Resource("volume-metadata", "/volume/v3/volumes/{id}/metadata")
volume_meta = Resource("volume-metadata-item", "/volume/v3/volumes/{id}/metadata/{key}")


def stored(request: CycladesRequest) -> Metadata:
    """As it is."""
    row = request.cyclades.volume_views.show(reach_of(request.caller), request.matchdict["id"])
    found: Metadata = orjson.loads(row.metadata)
    return found


def altered(request: CycladesRequest, change: Callable[[Metadata], Metadata]) -> Metadata:
    """The metadata once it is changed."""

    def update(found: Volume) -> Volume:
        return replace(found, metadata=change(found.metadata))

    service = request.cyclades.volumes
    return service.update(request.caller, request.matchdict["id"], update).metadata


def require(found: Metadata, key: str) -> None:
    """Raise NotFound without this item."""
    if key not in found:
        raise NotFound("metadata item", key[:80])


@volume_metadata.on("GET")
def list_volume_metadata(request: CycladesRequest) -> Any:
    """All."""
    return {"metadata": stored(request)}


@volume_metadata.on("POST", access=Access.MEMBER, body=schemas.METADATA)
def merge_volume_metadata(request: CycladesRequest) -> Any:
    """Add and replace some."""
    more = request.body_in["metadata"]
    return {"metadata": altered(request, lambda found: {**found, **more})}


@volume_metadata.on("PUT", access=Access.MEMBER, body=schemas.METADATA)
def replace_volume_metadata(request: CycladesRequest) -> Any:
    """Replace all."""
    return {"metadata": altered(request, lambda _found: request.body_in["metadata"])}


@volume_meta.on("GET")
def show_volume_meta(request: CycladesRequest) -> Any:
    """One."""
    key, found = request.matchdict["key"], stored(request)
    require(found, key)
    return {"meta": {key: found[key]}}


@volume_meta.on("PUT", access=Access.MEMBER, body=schemas.META)
def put_volume_meta(request: CycladesRequest) -> Any:
    """Add or replace one."""
    key, meta = request.matchdict["key"], request.body_in["meta"]
    if set(meta) != {key}:
        raise InvalidInput("Request body and URI mismatch", "meta")
    altered(request, lambda found: {**found, **meta})
    return {"meta": meta}


@volume_meta.on("DELETE", access=Access.MEMBER)
def delete_volume_meta(request: CycladesRequest) -> Any:
    """Take one away."""
    key = request.matchdict["key"]

    def without(found: Metadata) -> Metadata:
        require(found, key)
        return {name: value for name, value in found.items() if name != key}

    altered(request, without)
    return nothing(request, 200)
