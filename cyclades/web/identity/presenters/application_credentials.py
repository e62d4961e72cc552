"""Application credentials as identity clients read them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cyclades.domain.model.application_credential import ApplicationCredential
from cyclades.domain.model.role import Role
from cyclades.web.identity.presenters.records import shown
from cyclades.web.identity.presenters.roles import plain
from cyclades.web.request import CycladesRequest


def without_zone(moment: datetime | None) -> str | None:
    """`2026-11-22T10:00:00.000000`: unlike tokens' times, these name no zone; they are UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") if moment else None


def credential(
    request: CycladesRequest, row: ApplicationCredential, roles: Mapping[str, Role]
) -> dict[str, Any]:
    """One credential, without its secret."""
    own = {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "user_id": row.user_id,
        "project_id": row.project_id,
        "system": None,
        "expires_at": without_zone(row.expires),
        "unrestricted": row.unrestricted,
        "roles": [plain(roles[role_id]) for role_id in row.roles if role_id in roles],
    }
    return shown(request, f"users/{row.user_id}/application_credentials", own)
