"""/v3/groups. Source: Identity API, "Groups"."""

from typing import Any

from cyclades.web.identity.presenters import groups as present
from cyclades.web.identity.presenters import users as present_users
from cyclades.web.identity.presenters.records import listed
from cyclades.web.identity.schemas import groups as schemas
from cyclades.web.identity.schemas.records import parted
from cyclades.web.identity.views.access import home_of, may
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

groups = Resource("groups", "/identity/v3/groups")
group = Resource("group", "/identity/v3/groups/{id}")
members = Resource("group-members", "/identity/v3/groups/{id}/users")
member = Resource("group-member", "/identity/v3/groups/{id}/users/{user_id}")


@groups.on("GET", access=Access.USER, query=schemas.LIST)
def list_groups(request: CycladesRequest) -> Any:
    may(request, "list_groups")
    rows = request.cyclades.identity.store.groups.find(request.query_in)
    return listed(request, "groups", rows, present.group)


@groups.on("POST", access=Access.USER, body=schemas.CREATE, status=201, creates=True)
def create_group(request: CycladesRequest) -> Any:
    may(request, "create_group")
    wanted, extra = parted(request.body_in, schemas.CREATE)
    made = request.cyclades.identity.groups.create(home_of(request.caller), wanted, extra)
    return {"group": present.group(request, made)}


@group.on("GET", access=Access.USER)
def show_group(request: CycladesRequest) -> Any:
    may(request, "get_group")
    found = request.cyclades.identity.store.groups.get(request.matchdict["id"])
    return {"group": present.group(request, found)}


@group.on("PATCH", access=Access.USER, body=schemas.UPDATE)
def update_group(request: CycladesRequest) -> Any:
    may(request, "update_group")
    changes, extra = parted(request.body_in, schemas.UPDATE)
    changed = request.cyclades.identity.groups.update(request.matchdict["id"], changes, extra)
    return {"group": present.group(request, changed)}


@group.on("DELETE", access=Access.USER)
def delete_group(request: CycladesRequest) -> Any:
    may(request, "delete_group")
    request.cyclades.identity.groups.delete(request.matchdict["id"])
    return nothing(request)


@members.on("GET", access=Access.USER)
def list_members(request: CycladesRequest) -> Any:
    may(request, "list_users_in_group")
    rows = request.cyclades.identity.users.members(request.matchdict["id"])
    return listed(request, "users", rows, present_users.user)


@member.on("PUT", access=Access.USER, status=204)
def add_member(request: CycladesRequest) -> Any:
    may(request, "add_user_to_group")
    request.cyclades.identity.groups.enter(request.matchdict["id"], request.matchdict["user_id"])
    return nothing(request)


@member.on("GET", access=Access.USER, status=204)
def check_member(request: CycladesRequest) -> Any:
    may(request, "check_user_in_group")
    request.cyclades.identity.groups.check(request.matchdict["id"], request.matchdict["user_id"])
    return nothing(request)


@member.on("DELETE", access=Access.USER, status=204)
def remove_member(request: CycladesRequest) -> Any:
    may(request, "remove_user_from_group")
    request.cyclades.identity.groups.leave(request.matchdict["id"], request.matchdict["user_id"])
    return nothing(request)
