"""/snapshots/{id}/metadata. Source: Block Storage API reference, "Volume snapshots"."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.snapshot import Snapshot
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.schemas import snapshots as schemas

Metadata = Mapping[str, str]
snapshot_metadata = Resource("snapshot-metadata", "/volume/v3/snapshots/{id}/metadata")
snapshot_meta = Resource("snapshot-metadata-item", "/volume/v3/snapshots/{id}/metadata/{key}")


def altered(request: CycladesRequest, change: Callable[[Metadata], Metadata]) -> Metadata:
    """The metadata once it is changed."""

    def update(found: Snapshot) -> Snapshot:
        return replace(found, metadata=change(found.metadata))

    service = request.cyclades.snapshots
    return service.update(request.caller, request.matchdict["id"], update).metadata


def require(found: Metadata, key: str) -> None:
    """Raise NotFound without this item."""
    if key not in found:
        raise NotFound("metadata item", key[:80])


@snapshot_metadata.on("GET")
def list_snapshot_metadata(request: CycladesRequest) -> Any:
    """All."""
    found = request.cyclades.snapshots.show(request.caller, request.matchdict["id"])
    return {"metadata": found.metadata}


@snapshot_metadata.on("POST", access=Access.MEMBER, body=schemas.METADATA)
def merge_snapshot_metadata(request: CycladesRequest) -> Any:
    """Add and replace some."""
    more = request.body_in["metadata"]
    return {"metadata": altered(request, lambda found: {**found, **more})}


@snapshot_metadata.on("PUT", access=Access.MEMBER, body=schemas.METADATA)
def replace_snapshot_metadata(request: CycladesRequest) -> Any:
    """Replace all."""
    return {"metadata": altered(request, lambda _found: request.body_in["metadata"])}


@snapshot_meta.on("GET")
def show_snapshot_meta(request: CycladesRequest) -> Any:
    """One."""
    found = request.cyclades.snapshots.show(request.caller, request.matchdict["id"]).metadata
    key = request.matchdict["key"]
    require(found, key)
    return {"meta": {key: found[key]}}


@snapshot_meta.on("PUT", access=Access.MEMBER, body=schemas.META)
def put_snapshot_meta(request: CycladesRequest) -> Any:
    """Add or replace one."""
    key, meta = request.matchdict["key"], request.body_in["meta"]
    if set(meta) != {key}:
        raise InvalidInput("Request body and URI mismatch", "meta")
    altered(request, lambda found: {**found, **meta})
    return {"meta": meta}


@snapshot_meta.on("DELETE", access=Access.MEMBER)
def delete_snapshot_meta(request: CycladesRequest) -> Any:
    """Take one away."""
    key = request.matchdict["key"]

    def without(found: Metadata) -> Metadata:
        require(found, key)
        return {name: value for name, value in found.items() if name != key}

    altered(request, without)
    return nothing(request, 200)
