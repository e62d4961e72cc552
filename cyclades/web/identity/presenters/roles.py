"""Roles, their rules and their assignments as identity clients read them."""

from collections.abc import Mapping, Sequence
from typing import Any

from cyclades.domain.model.role import Assignment, Role
from cyclades.web.identity.presenters.records import shown
from cyclades.web.request import CycladesRequest

Names = Mapping[str, dict[str, Any]]  # id -> name and domain
INHERITED = "OS-INHERIT:inherited_to"


def plain(row: Role) -> dict[str, Any]:
    """A role within something else."""
    return {
        "id": row.id,
        "name": row.name,
        "domain_id": row.domain_id or None,
        "description": row.description,
        "options": {"immutable": True} if row.immutable else {},
    }


def role(request: CycladesRequest, row: Role) -> dict[str, Any]:
    """One role."""
    return shown(request, "roles", plain(row), row.extra)


def linked(request: CycladesRequest, row: Role) -> dict[str, Any]:
    """A role in a rule."""
    return shown(request, "roles", {"id": row.id, "name": row.name})


def inference(request: CycladesRequest, prior: Role, implied: Role) -> dict[str, Any]:
    """One rule."""
    return {
        "role_inference": {
            "prior_role": linked(request, prior),
            "implies": linked(request, implied),
        },
        "links": {
            "self": request.link(f"/identity/v3/roles/{prior.id}/implies/{implied.id}"),
        },
    }


def inferences(request: CycladesRequest, prior: Role, implied: Sequence[Role]) -> dict[str, Any]:
    """All rules of one prior role."""
    return {
        "prior_role": linked(request, prior),
        "implies": [linked(request, row) for row in implied],
    }


def assignment(request: CycladesRequest, row: Assignment, names: Names | None) -> dict[str, Any]:
    """One assignment; with names if they are wanted."""

    def named(id: str) -> dict[str, Any]:
        return {"id": id} | (names.get(id, {}) if names is not None else {})

    scope: dict[str, Any] = (
        {"system": {"all": True}}
        if row.target_kind == "system"
        else {row.target_kind: named(row.target_id)}
    )
    if row.inherited:
        scope[INHERITED] = "projects"
    return {
        "role": named(row.role_id),
        row.actor_kind: named(row.actor_id),
        "scope": scope,
        "links": {"assignment": request.link(f"/identity/v3{assignment_path(row)}")},
    }


def assignment_path(row: Assignment) -> str:
    """Where the assignment can be checked and removed."""
    where = "system" if row.target_kind == "system" else f"{row.target_kind}s/{row.target_id}"
    path = f"/{where}/{row.actor_kind}s/{row.actor_id}/roles/{row.role_id}"
    return f"/OS-INHERIT{path}/inherited_to_projects" if row.inherited else path
