"""/servers and /servers/detail: lists. Source: Compute API reference, "List Servers"."""

from collections.abc import Sequence
from typing import Any

from cyclades.domain.model.errors import Forbidden, InvalidInput, NotFound
from cyclades.domain.model.listing import Listing, Order
from cyclades.domain.model.server_query import SORT_KEYS
from cyclades.domain.model.server_states import STATUS
from cyclades.domain.model.sharing import scope_of
from cyclades.web.compute.presenters import servers as present
from cyclades.web.compute.schemas import server_lists as schemas
from cyclades.web.microversions import Microversion
from cyclades.web.paging import Page, next_links, page_of
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Resource
from cyclades.web.schema_types import BOOLEANS
from cyclades.web.validation import refuse_unknown

STATUS_KNOWN = Microversion(2, 38)
STRICT = Microversion(2, 75)
EVERY_STATUS = frozenset(STATUS.values()) | {
    *("DELETED", "ERROR", "HARD_REBOOT", "MIGRATING", "PASSWORD", "PAUSED", "REBOOT"),
    *("REBUILD", "RESCUE", "RESIZE", "REVERT_RESIZE", "SHELVED", "SHELVED_OFFLOADED"),
    *("SOFT_DELETED", "SUSPENDED", "UNKNOWN", "VERIFY_RESIZE"),
}

servers = Resource("servers", "/compute/v2.1/servers", rule="os_compute_api:servers")
detail = Resource("servers-detail", "/compute/v2.1/servers/detail")


@servers.on("GET", query=schemas.LIST)
def list_servers(request: CycladesRequest) -> Any:
    """Names and ids."""
    page, listing = asked(request)
    rows = found(request.cyclades.server_views.names, listing)
    base = request.base_url
    shown = [present.brief(row, base) for row in rows[: page.limit]]
    return {"servers": shown} | next_links(request, "servers", rows, page)


@detail.on("GET", query=schemas.LIST)
def list_servers_in_detail(request: CycladesRequest) -> Any:
    """All of each."""
    page, listing = asked(request)
    rows = found(request.cyclades.server_views.page, listing)
    say = present.presenter(
        request.microversion, request.base_url, admin=request.caller.is_admin, listed=True
    )
    shown = [say(row) for row in rows[: page.limit]]
    return {"servers": shown} | next_links(request, "servers", rows, page)


def found(read: Any, listing: Listing) -> Sequence[Any]:
    """A page's rows; none are asked for when none are wanted. Raises InvalidInput."""
    if listing.limit == 1:
        return ()
    try:
        rows: Sequence[Any] = read(listing)
    except NotFound as error:
        raise InvalidInput(f"marker [{listing.marker}] not found", "marker") from error
    return rows


def asked(request: CycladesRequest) -> tuple[Page, Listing]:
    """What the query asks for. Raises InvalidInput, Forbidden."""
    query, caller = request.query_in, request.caller
    if request.microversion >= STRICT:
        refuse_unknown(schemas.LIST, query)
    page = page_of(request)
    filters = filters_of(request)
    everywhere = all_projects(request) or (caller.is_admin and "project_id" in filters)
    if not caller.is_admin and "DELETED" in filters.get("status", ()):
        raise Forbidden("Only administrators may list deleted instances")
    if {"changes-since", "changes-before"} & filters.keys():
        filters.setdefault("deleted", (None,))
    return page, Listing(
        scope_of(caller, all_projects=everywhere),
        filters,
        orders(query["sort_key"], query["sort_dir"]),
        page.fetch,
        page.marker,
    )


def filters_of(request: CycladesRequest) -> dict[str, tuple[Any, ...]]:
    """The filters by the reader's words."""
    query, version = request.query_in, request.microversion
    filters = {
        kind.name: kind.parse(name, query[name])
        for name, kind in schemas.FILTERS.items()
        if query[name] and version >= kind.since and (request.caller.is_admin or not kind.admin)
    }
    if "status" in filters:
        filters["status"] = known_statuses(filters["status"], version)
    if filters.get("deleted") == (False,):
        del filters["deleted"]
    since, before = filters.get("changes-since"), filters.get("changes-before")
    if since and before and since > before:
        said = "The value of changes-since must be less than or equal to changes-before."
        raise InvalidInput(said, "changes-since")
    return filters


def known_statuses(words: tuple[str, ...], version: Microversion) -> tuple[str, ...]:
    """In capitals. Since 2.38 nobody may ask for what is no status at all."""
    statuses = tuple(word.upper() for word in words)
    if version >= STATUS_KNOWN:
        unknown = [word for word in statuses if word not in EVERY_STATUS]
        if unknown:
            raise InvalidInput(f"Invalid status value: {unknown[0][:40]}", "status")
    return statuses


def all_projects(request: CycladesRequest) -> bool:
    """Whether every project's servers are wanted. Raises Forbidden, InvalidInput."""
    word = request.query_in["all_tenants"]
    if word is None:
        return False
    if word.lower() not in {"", *BOOLEANS}:
        raise InvalidInput(f"Invalid value for all_tenants: {word[:40]!r}", "all_tenants")
    wanted = word == "" or BOOLEANS[word.lower()]
    if wanted and not request.caller.is_admin:
        raise Forbidden(
            "Policy doesn't allow os_compute_api:servers:index:get_all_tenants to be performed."
        )
    return wanted


def orders(keys: Sequence[str], directions: Sequence[str]) -> tuple[Order, ...]:
    """Pairs of keys and directions; the last direction holds for what follows."""
    if len(directions) > max(len(keys), 1):
        raise InvalidInput("Sort direction size exceeds sort key size", "sort_dir")
    names = [SORT_KEYS[key] for key in keys] or ["created"]
    downs = [word == "desc" for word in directions] or [True]
    downs += [downs[-1]] * (len(names) - len(downs))
    return tuple(Order(name, down) for name, down in zip(names, downs, strict=True))
