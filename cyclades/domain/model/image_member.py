"""Members: other projects that a shared image is offered to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_MEMBERS = 128


class MemberStatus(StrEnum):
    """What the member says to the offer; only accepted images are in its lists."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ImageMember:
    """`project_id` may see image `image_id`."""

    image_id: str
    project_id: str
    status: MemberStatus
    created: datetime
    updated: datetime
