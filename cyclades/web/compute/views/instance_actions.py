"""/servers/{id}/os-instance-actions.

Source: Compute API reference, "Servers actions (servers, os-instance-actions)".
"""

from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import reach_of
from cyclades.web.compute.presenters import instance_actions as present
from cyclades.web.compute.schemas import instance_actions as schemas
from cyclades.web.microversions import Microversion
from cyclades.web.paging import Page, next_href, page_of
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Resource
from cyclades.web.validation import refuse_unknown

OF_DELETED = Microversion(2, 21)
BASE = "/compute/v2.1/servers/{id}/os-instance-actions"
actions = Resource("instance-actions", BASE)
action = Resource("instance-action", f"{BASE}/{{request_id}}")


@actions.on("GET", query=schemas.LIST)
def list_actions(request: CycladesRequest) -> Any:
    """What was done to a server, newest first; in pages since 2.58."""
    version = request.microversion
    if version >= schemas.PAGES:
        refuse_unknown(schemas.LIST, request.query_in)
        page = page_of(request)
    else:
        page = Page(request.app.settings.page_size)
    listing = Listing(
        reach_of(request.caller), filters_of(request), limit=page.fetch, marker=page.marker
    )
    rows = request.cyclades.instance_action_views.page(
        request.matchdict["id"], listing, deleted=version >= OF_DELETED
    )
    body: dict[str, Any] = {
        "instanceActions": [present.brief(row, version) for row in rows[: page.limit]]
    }
    href = next_href(request, rows, page, "request_id")
    return body | {"links": [{"rel": "next", "href": href}]} if href else body


def filters_of(request: CycladesRequest) -> dict[str, tuple[Any, ...]]:
    """The filters that this version has. Raises InvalidInput."""
    query = request.query_in
    found = {
        name: kind.parse(name, query[name])
        for name, kind in schemas.FILTERS.items()
        if query[name] and request.microversion >= kind.since
    }
    since, before = (found.get(name) for name in schemas.FILTERS)
    if since and before and since > before:
        said = "The value of changes-since must be less than or equal to changes-before."
        raise InvalidInput(said, "changes-since")
    return found


@action.on("GET")
def show_action(request: CycladesRequest) -> Any:
    """What one request did."""
    caller, version, ids = request.caller, request.microversion, request.matchdict
    views, admin = request.cyclades.instance_action_views, caller.is_admin
    row = views.show(reach_of(caller), ids["id"], ids["request_id"], deleted=version >= OF_DELETED)
    said = views.events(row.id) if present.shows_events(version, admin=admin) else ()
    return {"instanceAction": present.detail(row, said, version, admin=admin)}
