"""What identity records share when clients read them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from cyclades.web.request import CycladesRequest

Present = Callable[[Any], dict[str, Any]]


def shown(
    request: CycladesRequest,
    collection: str,
    own: Mapping[str, Any],
    extra: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """A record with its link; the client's own fields never hide ours."""
    link = request.link(f"/identity/v3/{collection}/{quote(str(own['id']), safe='')}")
    return {**(extra or {}), **own, "links": {"self": link}}


def listed(
    request: CycladesRequest, name: str, rows: Iterable[Any], present: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    """A whole collection: identity does not page."""
    return {
        name: [present(request, row) for row in rows],
        "links": collection_links(request),
    }


def collection_links(request: CycladesRequest) -> dict[str, str | None]:
    """Where the collection is; there are no other pages."""
    query = f"?{request.query_string}" if request.query_string else ""
    return {"next": None, "self": f"{request.link(request.path)}{query}", "previous": None}
