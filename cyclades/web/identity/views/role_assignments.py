"""Roles of users and groups on projects, domains and the system; /v3/role_assignments.

Source: Identity API, "Roles", "Role assignments", "OS-INHERIT".
"""

from collections.abc import Iterable
from typing import Any

from cyclades.domain.model.role import SYSTEM, Assignment
from cyclades.web.identity.presenters import roles as present
from cyclades.web.identity.presenters.records import collection_links, listed
from cyclades.web.identity.schemas import roles as schemas
from cyclades.web.identity.views.access import may
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

TARGET = "{target_kind:projects|domains}/{target_id}"
ACTOR = "{actor_kind:users|groups}/{actor_id}"

grants = Resource("grants", f"/identity/v3/{TARGET}/{ACTOR}/roles")
grant = Resource("grant", f"/identity/v3/{TARGET}/{ACTOR}/roles/{{role_id}}")
system_grants = Resource("system-grants", f"/identity/v3/system/{ACTOR}/roles")
system_grant = Resource("system-grant", f"/identity/v3/system/{ACTOR}/roles/{{role_id}}")
inherited_grants = Resource(
    "inherited-grants",
    f"/identity/v3/OS-INHERIT/{TARGET}/{ACTOR}/roles/inherited_to_projects",
)
inherited_grant = Resource(
    "inherited-grant",
    f"/identity/v3/OS-INHERIT/{TARGET}/{ACTOR}/roles/{{role_id}}/inherited_to_projects",
)
assignments = Resource("role-assignments", "/identity/v3/role_assignments")

TRUE_WORDS = {"", "1", "true", "yes", "on"}
FILTERS = {
    "user.id": ("actor_id", "actor_kind", "user"),
    "group.id": ("actor_id", "actor_kind", "group"),
    "scope.project.id": ("target_id", "target_kind", "project"),
    "scope.domain.id": ("target_id", "target_kind", "domain"),
}


def named(request: CycladesRequest) -> Assignment:
    """The assignment that the path names."""
    path = request.matchdict
    return Assignment(
        role_id=path.get("role_id", ""),
        actor_kind=path["actor_kind"].removesuffix("s"),
        actor_id=path["actor_id"],
        target_kind=path.get("target_kind", "systems").removesuffix("s"),
        target_id=path.get("target_id", SYSTEM),
        inherited="/OS-INHERIT/" in request.path,
    )


@inherited_grants.on("GET", access=Access.USER)
@system_grants.on("GET", access=Access.USER)
@grants.on("GET", access=Access.USER)
def list_grants(request: CycladesRequest) -> Any:
    may(request, "list_grants")
    rows = request.cyclades.identity.role_assignments.roles_at(named(request))
    return listed(request, "roles", rows, present.role)


@inherited_grant.on("PUT", access=Access.USER)
@system_grant.on("PUT", access=Access.USER)
@grant.on("PUT", access=Access.USER)
def create_grant(request: CycladesRequest) -> Any:
    may(request, "create_grant")
    request.cyclades.identity.role_assignments.grant(named(request))
    return nothing(request)


@inherited_grant.on("GET", access=Access.USER)
@system_grant.on("GET", access=Access.USER)
@grant.on("GET", access=Access.USER)
def check_grant(request: CycladesRequest) -> Any:
    may(request, "check_grant")
    request.cyclades.identity.role_assignments.check(named(request))
    return nothing(request)


@inherited_grant.on("DELETE", access=Access.USER)
@system_grant.on("DELETE", access=Access.USER)
@grant.on("DELETE", access=Access.USER)
def revoke_grant(request: CycladesRequest) -> Any:
    may(request, "revoke_grant")
    request.cyclades.identity.role_assignments.withdraw(named(request))
    return nothing(request)


@assignments.on("GET", access=Access.USER, query=schemas.LIST_ASSIGNMENTS)
def list_assignments(request: CycladesRequest) -> Any:
    may(request, "list_role_assignments")
    identity, query = request.cyclades.identity, request.query_in
    service = identity.role_assignments
    filters = filters_of(query)
    if asked(query, "effective"):
        # Filters hold for what comes out: a user's roles may come from their groups.
        rows = [
            row
            for row in service.effective(identity.store.assignments.find({}))
            if all(getattr(row, name) == value for name, value in filters.items())
        ]
    else:
        rows = list(identity.store.assignments.find(filters))
    names = names_of(identity.store, rows) if asked(query, "include_names") else None
    return {
        "role_assignments": [present.assignment(request, row, names) for row in rows],
        "links": collection_links(request),
    }


def asked(query: Any, name: str) -> bool:
    """Whether a switch is on: naming it is enough."""
    return name in query and str(query[name]).lower() in TRUE_WORDS


def filters_of(query: Any) -> dict[str, object]:
    """The query as fields of assignments."""
    filters: dict[str, object] = {}
    for name, (field, kind_field, kind) in FILTERS.items():
        if name in query:
            filters |= {field: query[name], kind_field: kind}
    if "role.id" in query:
        filters["role_id"] = query["role.id"]
    if "scope.system" in query:
        filters["target_kind"] = "system"
    if "scope.OS-INHERIT:inherited_to" in query:
        filters["inherited"] = True
    return filters


def names_of(store: Any, rows: Iterable[Assignment]) -> dict[str, dict[str, Any]]:
    """Names, and the names of their domains, of all that the rows mention."""
    rows = list(rows)
    targets = tuple({row.target_id for row in rows})
    actors = tuple({row.actor_id for row in rows})
    found: list[Any] = []
    if rows:
        found += store.projects.find({"id": targets})
        found += store.users.find({"id": actors})
        found += store.groups.find({"id": actors})
        found += store.roles.find({"id": tuple({row.role_id for row in rows})})
    domains = tuple({row.domain_id for row in found} - {""})
    names = {row.id: row.name for row in store.projects.find({"id": domains})} if domains else {}
    return {
        row.id: {"name": row.name}
        | (
            {"domain": {"id": row.domain_id, "name": names.get(row.domain_id, "")}}
            if row.domain_id
            else {}
        )
        for row in found
    }
