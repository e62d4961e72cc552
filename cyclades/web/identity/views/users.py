"""/v3/users. Source: Identity API, "Users"."""

from typing import Any

from cyclades.web.identity.presenters import groups as present_groups
from cyclades.web.identity.presenters import projects as present_projects
from cyclades.web.identity.presenters import users as present
from cyclades.web.identity.presenters.records import listed
from cyclades.web.identity.schemas import users as schemas
from cyclades.web.identity.schemas.records import parted
from cyclades.web.identity.views.access import home_of, may
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

users = Resource("users", "/identity/v3/users")
user = Resource("user", "/identity/v3/users/{id}")
password = Resource("user-password", "/identity/v3/users/{id}/password")
user_projects = Resource("user-projects", "/identity/v3/users/{id}/projects")
user_groups = Resource("user-groups", "/identity/v3/users/{id}/groups")


def own(request: CycladesRequest) -> bool:
    """Whether the path names the caller."""
    return bool(request.matchdict["id"] == request.caller.user_id)


@users.on("GET", access=Access.USER, query=schemas.LIST)
def list_users(request: CycladesRequest) -> Any:
    may(request, "list_users")
    rows = request.cyclades.identity.store.users.find(request.query_in)
    return listed(request, "users", rows, present.user)


@users.on("POST", access=Access.USER, body=schemas.CREATE, status=201, creates=True)
def create_user(request: CycladesRequest) -> Any:
    may(request, "create_user")
    wanted, extra = parted(request.body_in, schemas.CREATE)
    made = request.cyclades.identity.users.create(home_of(request.caller), wanted, extra)
    return {"user": present.user(request, made)}


@user.on("GET", access=Access.USER)
def show_user(request: CycladesRequest) -> Any:
    may(request, "get_user", own=own(request))
    found = request.cyclades.identity.store.users.get(request.matchdict["id"])
    return {"user": present.user(request, found)}


@user.on("PATCH", access=Access.USER, body=schemas.UPDATE)
def update_user(request: CycladesRequest) -> Any:
    may(request, "update_user")
    changes, extra = parted(request.body_in, schemas.UPDATE)
    changed = request.cyclades.identity.users.update(request.matchdict["id"], changes, extra)
    return {"user": present.user(request, changed)}


@user.on("DELETE", access=Access.USER)
def delete_user(request: CycladesRequest) -> Any:
    may(request, "delete_user")
    request.cyclades.identity.users.delete(request.matchdict["id"])
    return nothing(request)


@password.on("POST", access=Access.USER, body=schemas.PASSWORD, status=204)
def change_password(request: CycladesRequest) -> Any:
    may(request, "change_password", own=own(request))
    wanted, user_id = request.body_in["user"], request.matchdict["id"]
    # A wrong guess is recorded although this request fails: before its transaction begins.
    with request.app.reader() as unit:
        unit.identity.authentication.prove_password(
            user_id, wanted["original_password"], request.remote_addr or ""
        )
    request.cyclades.identity.users.update(user_id, {"password": wanted["password"]}, {})
    return nothing(request)


@user_projects.on("GET", access=Access.USER)
def list_user_projects(request: CycladesRequest) -> Any:
    may(request, "list_user_projects", own=own(request))
    identity = request.cyclades.identity
    found = identity.store.users.get(request.matchdict["id"])
    rows = identity.grants.projects(found.id)
    return listed(request, "projects", rows, present_projects.project)


@user_groups.on("GET", access=Access.USER)
def list_user_groups(request: CycladesRequest) -> Any:
    may(request, "list_groups_for_user", own=own(request))
    rows = request.cyclades.identity.groups.of_user(request.matchdict["id"])
    return listed(request, "groups", rows, present_groups.group)
