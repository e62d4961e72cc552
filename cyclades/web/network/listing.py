"""Lists as network clients ask for them: filters, order, pages, chosen fields.

Source: Networking API v2.0, "Filtering and Column Selection", "Sorting", "Pagination".
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlencode

import colander

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.listing import Listing, Order
from cyclades.domain.model.sharing import reach_of
from cyclades.web.paging import page_of
from cyclades.web.request import CycladesRequest
from cyclades.web.schema_types import boolean, integer, mapping, sequence, text

T = TypeVar("T")
Node = Callable[[], colander.SchemaNode]
PAGING = frozenset({"fields", "sort_key", "sort_dir", "page_reverse", "limit", "marker"})
TAG_FILTERS = ("tags", "tags-any", "not-tags", "not-tags-any")


def word() -> colander.SchemaNode:
    """A text to compare with."""
    return text("value", maximum=1000)


def truth() -> colander.SchemaNode:
    """A boolean to compare with."""
    return boolean("value")


def number() -> colander.SchemaNode:
    """An integer to compare with."""
    return integer("value", minimum=0)


def list_query(filters: Mapping[str, Node], sortable: Sequence[str]) -> colander.SchemaNode:
    """The query of a list; filters that it does not know are refused."""
    return mapping(
        "",
        *(sequence(name, node(), missing=()) for name, node in filters.items()),
        sequence("fields", word(), missing=()),
        sequence("sort_key", text("key", one_of=tuple(sortable)), missing=()),
        sequence("sort_dir", text("direction", one_of=("asc", "desc")), missing=()),
        boolean("page_reverse", missing=False),
        text("limit", missing=None),
        text("marker", missing=None),
    )


def standard(filters: Mapping[str, Node]) -> Mapping[str, Node]:
    """The filters that every noun has, and its own."""
    common = ("id", "name", "description", "project_id", "tenant_id", *TAG_FILTERS)
    return dict.fromkeys(common, word) | {"revision_number": number} | dict(filters)


FIELDS = mapping("", sequence("fields", word(), missing=()), unknown="ignore")


def listing_of(
    request: CycladesRequest, same_for_all: Mapping[str, Any] = MappingProxyType({})
) -> Listing:
    """What the query asks for. Administrators see every project's objects.

    `same_for_all` are attributes that no row has differently: a filter on one finds all
    or nothing.
    """
    asked = request.query_in
    keys, directions = asked["sort_key"], asked["sort_dir"]
    if len(directions) not in {0, len(keys)}:
        raise InvalidInput("The number of sort_keys and sort_dirs must be same.", "sort_dir")
    down = [each == "desc" for each in directions] or [False] * len(keys)
    page = page_of(request)
    filters = {
        name: _values(name, values)
        for name, values in asked.items()
        if name not in PAGING and values
    }
    for name in filters.keys() & same_for_all.keys():
        if same_for_all[name] not in filters.pop(name):
            filters["id"] = ("",)
    return Listing(
        reach_of(request.caller),
        filters,
        tuple(Order(key, descending) for key, descending in zip(keys, down, strict=True)),
        (page.limit or request.app.settings.page_size) + 1,  # one more tells of a next page
        page.marker,
        asked["page_reverse"],
    )


def _values(name: str, values: Sequence[Any]) -> tuple[Any, ...]:
    if name in TAG_FILTERS:
        return tuple(tag for value in values for tag in value.split(","))
    return tuple(values)


def page_answer(
    request: CycladesRequest,
    collection: str,
    rows: Sequence[T],
    listing: Listing,
    present: Callable[[T], Mapping[str, Any]],
) -> dict[str, Any]:
    """The page in its envelope, with links to its neighbours."""
    limit = (listing.limit or len(rows) + 1) - 1
    more = len(rows) > limit
    shown = rows[-limit:] if listing.backwards and more else rows[:limit]
    chosen = request.query_in["fields"]
    body: dict[str, Any] = {collection: [picked(present(row), chosen) for row in shown]}
    before, after = (
        (more, bool(listing.marker))
        if listing.backwards
        else (
            bool(listing.marker),
            more,
        )
    )
    if shown and (more or request.GET.get("limit")):
        ids = [present(shown[0])["id"], present(shown[-1])["id"]]
        links = []
        if after:
            links.append({"rel": "next", "href": _href(request, ids[1], back=False)})
        if before:
            links.append({"rel": "previous", "href": _href(request, ids[0], back=True)})
        if links:
            body[f"{collection}_links"] = links
    return body


def picked(body: Mapping[str, Any], fields: Sequence[str]) -> Mapping[str, Any]:
    """Only these attributes; all when none is named."""
    return {name: body[name] for name in body if name in fields} if fields else body


def _href(request: CycladesRequest, marker: str, *, back: bool) -> str:
    query = [
        (name, value)
        for name, value in request.GET.items()
        if name not in {"marker", "page_reverse"}
    ]
    query.append(("marker", marker))
    if back:
        query.append(("page_reverse", "True"))
    return f"{request.link(request.path)}?{urlencode(query)}"
