"""/security-groups. Source: Networking API v2.0, "Security groups"."""

from typing import Any

from cyclades.web.network.bodies import create_all, renamed, revision_of
from cyclades.web.network.listing import FIELDS, listing_of, page_answer, picked
from cyclades.web.network.presenters.security_groups import group_body
from cyclades.web.network.schemas import security_groups as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

security_groups = Resource("security-groups", "/network/v2.0/security-groups")
security_group = Resource("security-group", "/network/v2.0/security-groups/{id}")


@security_groups.on("GET", query=schemas.LIST)
def list_groups(request: CycladesRequest) -> Any:
    """The project's groups."""
    listing = listing_of(request, schemas.SAME_FOR_ALL)
    rows = request.cyclades.security_groups.page(request.caller, listing)
    return page_answer(request, "security_groups", rows, listing, group_body)


@security_groups.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=201, creates=True)
def create_groups(request: CycladesRequest) -> Any:
    """One group, or several at once: all or none."""

    def make(item: dict[str, Any]) -> dict[str, Any]:
        values = renamed(item, schemas.NAMES)
        project_id = values.pop("project_id", None)
        if "tags" in values:
            values["tags"] = tuple(values["tags"])
        service = request.cyclades.security_groups
        return group_body(service.create(request.caller, values, project_id))

    return create_all(request.body_in, "security_group", "security_groups", make)


@security_group.on("GET", query=FIELDS)
def show_group(request: CycladesRequest) -> Any:
    """One group."""
    found = request.cyclades.security_groups.show(request.caller, request.matchdict["id"])
    return {"security_group": picked(group_body(found), request.query_in["fields"])}


@security_group.on("PUT", access=Access.MEMBER, body=schemas.UPDATE)
def update_group(request: CycladesRequest) -> Any:
    """Change a group."""
    changed = request.cyclades.security_groups.update(
        request.caller,
        request.matchdict["id"],
        request.body_in["security_group"],
        revision_of(request),
    )
    return {"security_group": group_body(changed)}


@security_group.on("DELETE", access=Access.MEMBER)
def delete_group(request: CycladesRequest) -> Any:
    """Forget a group."""
    request.cyclades.security_groups.delete(
        request.caller, request.matchdict["id"], revision_of(request)
    )
    return nothing(request)
