"""Groups as identity clients read them."""

from typing import Any

from cyclades.domain.model.user import Group
from cyclades.web.identity.presenters.records import shown
from cyclades.web.request import CycladesRequest


def group(request: CycladesRequest, row: Group) -> dict[str, Any]:
    """One group."""
    own = {
        "id": row.id,
        "name": row.name,
        "domain_id": row.domain_id,
        "description": row.description,
    }
    return shown(request, "groups", own, row.extra)
