"""Images' members as clients read them."""

from typing import Any

from cyclades.domain.model.image_member import ImageMember
from cyclades.web.rendering import iso


def full(member: ImageMember) -> dict[str, Any]:
    """One form for lists and single members."""
    return {
        "member_id": member.project_id,
        "image_id": member.image_id,
        "status": member.status.value,
        "created_at": iso(member.created),
        "updated_at": iso(member.updated),
        "schema": "/v2/schemas/member",
    }
