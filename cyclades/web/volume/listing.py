"""Lists as volume clients ask for them: filters, order, pages, counts.

Source: Block Storage API reference, "Filters", "Sorting", "Pagination"; its microversions
3.22, 3.31, 3.34, 3.45.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import colander

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.listing import Listing, Order
from cyclades.domain.model.sharing import scope_of
from cyclades.web.microversions import Microversion
from cyclades.web.paging import Page, next_links, page_of
from cyclades.web.request import CycladesRequest
from cyclades.web.schema_types import BOOLEANS, mapping, text

T = TypeVar("T")
OLDEST = Microversion(3, 0)
REFUSED = Microversion(3, 31)  # filters that nobody knows
LIKE = Microversion(3, 34)
COUNTED = Microversion(3, 45)
PAGING = (
    *("limit", "marker", "offset", "sort", "sort_key", "sort_dir"),
    *("all_tenants", "with_count"),
)


def word(_name: str, value: str) -> Any:
    """As it is."""
    return value


def flag(name: str, value: str) -> Any:
    """A boolean's word. Raises InvalidInput."""
    if value.lower() not in BOOLEANS:
        raise InvalidInput(f"Invalid value for {name}: {value[:40]!r} is no boolean.", name)
    return BOOLEANS[value.lower()]


def texts(name: str, value: str) -> Any:
    """An object of texts, as clients write it: {'key': 'value'}. Raises InvalidInput."""
    try:
        found = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise InvalidInput(
            f"Invalid value for {name}: {value[:40]!r} is no object.", name
        ) from error
    if not isinstance(found, dict) or not all(
        isinstance(each, str) for pair in found.items() for each in pair
    ):
        raise InvalidInput(f"Invalid value for {name}: an object of texts is wanted.", name)
    return found


@dataclass(frozen=True, slots=True)
class Filter:
    """`attribute` is the reader's word; `admin`: other callers' are passed over."""

    attribute: str
    parse: Callable[[str, str], Any] = word
    since: Microversion = OLDEST
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Lists:
    """What the lists of a noun know: filters and keys to sort by, in the clients' words.

    `likes`: those filters that may also be asked for as "name~": the value is in it.
    """

    filters: Mapping[str, Filter]
    sortable: Mapping[str, str]
    likes: Sequence[str] = field(default=())

    @property
    def words(self) -> frozenset[str]:
        """All that a query may say."""
        return frozenset((*PAGING, *self.filters, *(f"{name}~" for name in self.likes)))

    @property
    def query(self) -> colander.SchemaNode:
        """The query's schema; build it once."""
        nodes = (text(name, maximum=1000, missing=None) for name in sorted(self.words))
        return mapping("", *nodes, unknown="preserve")


def asked(request: CycladesRequest, lists: Lists) -> tuple[Page, Listing]:
    """What the query asks for. Raises InvalidInput."""
    query, caller = request.query_in, request.caller
    everywhere = query["all_tenants"] is not None and flag("all_tenants", query["all_tenants"])
    page = page_of(request)
    listing = Listing(
        scope_of(caller, all_projects=everywhere),
        filters_of(request, lists),
        orders(query, lists.sortable),
        page.fetch,
        page.marker,
        offset=offset_of(query["offset"]),
    )
    return page, listing


def filters_of(request: CycladesRequest, lists: Lists) -> dict[str, tuple[Any, ...]]:
    """The filters in the reader's words. Raises InvalidInput for unknown ones, since 3.31."""
    query, version = request.query_in, request.microversion
    found: dict[str, tuple[Any, ...]] = {}
    unknown = set(query) - lists.words
    if unknown and version >= REFUSED:
        names = ", ".join(sorted(unknown))[:200]
        raise InvalidInput(f"Invalid filters {names} are found in query options.", names)
    for name, kind in lists.filters.items():
        allowed = version >= kind.since and (request.caller.is_admin or not kind.admin)
        if query[name] is not None and allowed:
            found[kind.attribute] = (kind.parse(name, query[name]),)
    for name in lists.likes if version >= LIKE else ():
        if query[f"{name}~"] is not None:
            found[f"{lists.filters[name].attribute}~"] = (query[f"{name}~"],)
    return found


def orders(query: Mapping[str, Any], sortable: Mapping[str, str]) -> tuple[Order, ...]:
    """Newest first, unless the query says `sort=key:dir,...` or, as it once was, sort_key.

    Raises InvalidInput.
    """
    if query["sort"] is not None and (query["sort_key"] or query["sort_dir"]) is not None:
        raise InvalidInput("The 'sort_key' and 'sort_dir' parameters are deprecated.", "sort")
    if query["sort"] is None:
        pairs = [(query["sort_key"] or "created_at", query["sort_dir"] or "desc")]
    else:
        split = (each.strip().partition(":") for each in query["sort"].split(","))
        pairs = [(key, direction or "desc") for key, _, direction in split]
    for key, direction in pairs:
        if key not in sortable:
            raise InvalidInput(f"Invalid sort key: {key[:40]!r}", "sort")
        if direction not in {"asc", "desc"}:
            raise InvalidInput(f"Invalid sort direction: {direction[:40]!r}", "sort")
    return tuple(Order(sortable[key], direction == "desc") for key, direction in pairs)


def offset_of(said: str | None) -> int:
    """How many rows to pass over. Raises InvalidInput."""
    if said is None:
        return 0
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise InvalidInput(f"offset must be an integer of at least 0, not {said[:40]!r}.", "offset")
    return int(said)


def followed(request: CycladesRequest, rows: Sequence[T], page: Page) -> Sequence[T]:
    """The rows, and one more after a full page of a limit that was asked for.

    Clients of this API go on until a page has no link, so the last one may be empty.
    """
    full = bool(rows) and len(rows) == page.limit and bool(request.GET.get("limit"))
    return [*rows, rows[-1]] if full else rows


def page_answer(
    request: CycladesRequest,
    name: str,
    lists: Lists,
    read: Callable[[Listing], Sequence[T]],
    count: Callable[[Listing], int],
    present: Callable[[T], Mapping[str, Any]],
) -> dict[str, Any]:
    """The page in its envelope, with a link to the next and, since 3.45, how many there are."""
    page, listing = asked(request, lists)
    rows = read(listing) if page.limit else ()
    body: dict[str, Any] = {name: [present(row) for row in rows[: page.limit]]}
    body |= next_links(request, name, followed(request, rows, page), page)
    said = request.query_in["with_count"]
    if request.microversion >= COUNTED and said is not None and flag("with_count", said):
        body["count"] = count(replace(listing, marker=None))
    return body
