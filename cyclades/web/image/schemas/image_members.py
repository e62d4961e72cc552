"""Bodies of /images/{id}/members. Source: Image service API v2 reference, "Sharing"."""

from cyclades.domain.model.image_member import MemberStatus
from cyclades.web.schema_types import mapping, text

CREATE = mapping("", text("member", minimum=1, maximum=64), unknown="ignore")
UPDATE = mapping("", text("status", one_of=tuple(MemberStatus)), unknown="ignore")
