"""Application credentials as identity clients read them."""

from collections.abc import Mapping
from typing import Any

from cyclades.domain.model.application_credential import ApplicationCredential
from cyclades.domain.model.role import Role
from cyclades.web.identity.presenters.records import shown
from cyclades.web.identity.presenters.roles import plain
from cyclades.web.identity.presenters.tokens import precise
from cyclades.web.request import CycladesRequest


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
        "expires_at": precise(row.expires),
        "unrestricted": row.unrestricted,
        "roles": [plain(roles[role_id]) for role_id in row.roles if role_id in roles],
    }
    return shown(request, f"users/{row.user_id}/application_credentials", own)
