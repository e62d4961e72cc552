"""Projects and domains as identity clients read them."""

from typing import Any

from cyclades.domain.model.project import Project
from cyclades.web.identity.presenters.records import shown
from cyclades.web.request import CycladesRequest


def project(request: CycladesRequest, row: Project) -> dict[str, Any]:
    """A project (or a domain, seen as one)."""
    own: dict[str, Any] = {
        "id": row.id,
        "name": row.name,
        "domain_id": row.domain_id or None,
        "description": row.description,
        "enabled": row.enabled,
        "parent_id": row.parent_id,
        "is_domain": row.is_domain,
        "tags": list(row.tags),
        "options": {},
    }
    return shown(request, "projects", own, row.extra)


def domain(request: CycladesRequest, row: Project) -> dict[str, Any]:
    """A domain."""
    own: dict[str, Any] = {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "enabled": row.enabled,
        "tags": list(row.tags),
        "options": {},
    }
    return shown(request, "domains", own, row.extra)
