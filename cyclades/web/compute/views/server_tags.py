"""/servers/{id}/tags. Source: Compute API reference, "Server tags"."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import orjson

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.server import Server
from cyclades.domain.model.sharing import reach_of
from cyclades.web.compute.schemas import server_tags as schemas
from cyclades.web.compute.schemas.server_words import MAX_TAGS
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

Tags = tuple[str, ...]
RULE = "os_compute_api:os-server-tags"
SINCE = (2, 26)
tags = Resource("server-tags", "/compute/v2.1/servers/{id}/tags", rule=RULE)
tag = Resource("server-tag", "/compute/v2.1/servers/{id}/tags/{tag}", rule=RULE)


def shown(request: CycladesRequest) -> Tags:
    """The server's tags."""
    row = request.cyclades.server_views.show(reach_of(request.caller), request.matchdict["id"])
    return tuple(orjson.loads(row.tags))


def changed(request: CycladesRequest, change: Callable[[Tags], Iterable[str]]) -> Tags:
    """The tags once they are changed. Raises InvalidInput when they are too many."""

    def update(server: Server) -> None:
        server.tags = tuple(sorted(set(change(server.tags))))
        if len(server.tags) > MAX_TAGS:
            raise InvalidInput(f"The number of tags exceeded the per-server limit {MAX_TAGS}.")

    actions = request.cyclades.server_actions
    return actions.update(request.caller, request.matchdict["id"], update).tags


def missing(request: CycladesRequest) -> NotFound:
    """The server has no such tag."""
    return NotFound("tag", request.matchdict["tag"])


@tags.on("GET", since=SINCE)
def list_tags(request: CycladesRequest) -> Any:
    """All."""
    return {"tags": shown(request)}


@tags.on("PUT", access=Access.MEMBER, body=schemas.ALL, since=SINCE)
def replace_tags(request: CycladesRequest) -> Any:
    """Replace all."""
    return {"tags": changed(request, lambda _found: request.body_in["tags"])}


@tags.on("DELETE", access=Access.MEMBER, since=SINCE)
def delete_tags(request: CycladesRequest) -> Any:
    """Take all away."""
    changed(request, lambda _found: ())
    return nothing(request)


@tag.on("GET", since=SINCE)
def check_tag(request: CycladesRequest) -> Any:
    """Whether the server has it."""
    if request.matchdict["tag"] not in shown(request):
        raise missing(request)
    return nothing(request)


@tag.on("PUT", access=Access.MEMBER, since=SINCE)
def put_tag(request: CycladesRequest) -> Any:
    """Add one: 201 when it is new."""
    name, server_id = request.matchdict["tag"], request.matchdict["id"]
    if not 0 < len(name) <= 60 or "," in name:
        raise InvalidInput(f"{name[:80]!r} is no tag: 1 to 60 characters, no comma.", "tag")
    before: list[str] = []

    def add(found: Tags) -> Iterable[str]:
        before.extend(found)
        return (*found, name)

    changed(request, add)
    place = request.link(f"/compute/v2.1/servers/{server_id}/tags/{quote(name)}")
    request.response.headers["Location"] = place
    return nothing(request, 204 if name in before else 201)


@tag.on("DELETE", access=Access.MEMBER, since=SINCE)
def delete_tag(request: CycladesRequest) -> Any:
    """Take one away."""

    def without(found: Tags) -> Iterable[str]:
        if request.matchdict["tag"] not in found:
            raise missing(request)
        return [name for name in found if name != request.matchdict["tag"]]

    changed(request, without)
    return nothing(request)
