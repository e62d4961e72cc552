"""Users as identity clients read them: never their passwords."""

from typing import Any

from cyclades.domain.model.user import User
from cyclades.web.identity.presenters.records import shown
from cyclades.web.request import CycladesRequest


def user(request: CycladesRequest, row: User) -> dict[str, Any]:
    """One user."""
    own: dict[str, Any] = {
        "id": row.id,
        "name": row.name,
        "domain_id": row.domain_id,
        "enabled": row.enabled,
        "password_expires_at": None,
        "options": {},
    }
    if row.default_project_id:
        own["default_project_id"] = row.default_project_id
    return shown(request, "users", own, row.extra)
