"""/{volumes,snapshots}/{id}/metadata. Source: Block Storage API reference."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.sharing import reach_of
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.schemas.words import META, METADATA, merged

Metadata = Mapping[str, str]
Read = Callable[[CycladesRequest], Metadata]


def metadata_of(noun: str, stored: Read) -> tuple[Resource, Resource]:
    """The resources of all items and of one; the noun's service is called by its plural."""
    path = f"/volume/v3/{noun}s/{{id}}/metadata"
    every = Resource(f"{noun}-metadata", path)
    item = Resource(f"{noun}-metadata-item", f"{path}/{{key}}")

    def altered(request: CycladesRequest, change: Callable[[Metadata], Metadata]) -> Metadata:
        service = getattr(request.cyclades, f"{noun}s")
        kept: Metadata = service.update(
            request.caller,
            request.matchdict["id"],
            lambda found: replace(found, metadata=change(found.metadata)),
        ).metadata
        return kept

    @every.on("GET")
    def list_metadata(request: CycladesRequest) -> Any:
        """All."""
        return {"metadata": stored(request)}

    @every.on("POST", access=Access.MEMBER, body=METADATA)
    def merge_metadata(request: CycladesRequest) -> Any:
        """Add and replace some."""
        more = request.body_in["metadata"]
        return {"metadata": altered(request, lambda found: merged(found, more))}

    @every.on("PUT", access=Access.MEMBER, body=METADATA)
    def replace_metadata(request: CycladesRequest) -> Any:
        """Replace all."""
        return {"metadata": altered(request, lambda _found: request.body_in["metadata"])}

    declare_item(item, stored, altered)
    return every, item


def declare_item(
    item: Resource,
    stored: Read,
    altered: Callable[[CycladesRequest, Callable[[Metadata], Metadata]], Metadata],
) -> None:
    """What is done to one item."""

    @item.on("GET")
    def show_metadata_item(request: CycladesRequest) -> Any:
        """One."""
        key, found = request.matchdict["key"], stored(request)
        require(found, key)
        return {"meta": {key: found[key]}}

    @item.on("PUT", access=Access.MEMBER, body=META)
    def put_metadata_item(request: CycladesRequest) -> Any:
        """Add or replace one."""
        key, meta = request.matchdict["key"], request.body_in["meta"]
        if set(meta) != {key}:
            raise InvalidInput("Request body and URI mismatch", "meta")
        altered(request, lambda found: merged(found, meta))
        return {"meta": meta}

    @item.on("DELETE", access=Access.MEMBER)
    def delete_metadata_item(request: CycladesRequest) -> Any:
        """Take one away."""
        key = request.matchdict["key"]

        def without(found: Metadata) -> Metadata:
            require(found, key)
            return {name: value for name, value in found.items() if name != key}

        altered(request, without)
        return nothing(request, 200)


def require(found: Metadata, key: str) -> None:
    """Raise NotFound without this item."""
    if key not in found:
        raise NotFound("metadata item", key[:80])


def of_volume(request: CycladesRequest) -> Metadata:
    """A volume's, as it is."""
    row = request.cyclades.volume_views.show(reach_of(request.caller), request.matchdict["id"])
    found: Metadata = orjson.loads(row.metadata)
    return found


def of_snapshot(request: CycladesRequest) -> Metadata:
    """A snapshot's."""
    found: Metadata = request.cyclades.snapshots.show(
        request.caller, request.matchdict["id"]
    ).metadata
    return found


volume_metadata, volume_metadata_item = metadata_of("volume", of_volume)
snapshot_metadata, snapshot_metadata_item = metadata_of("snapshot", of_snapshot)
