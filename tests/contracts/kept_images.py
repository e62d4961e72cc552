"""What the contracts of images put into a repository."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from cyclades.domain.model.image import Image
from cyclades.domain.model.image_member import ImageMember, MemberStatus
from cyclades.domain.model.image_query import ImageQuery
from cyclades.domain.model.sharing import Scope
from cyclades.ports.images import ImageMembers, ImageRepository

THEN = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
MINE, THEIRS, ALL = Scope("mine"), Scope("theirs"), Scope("mine", everything=True)
NAMED = ImageQuery(sort=(("name", False),))


@dataclass(frozen=True)
class Kept:
    images: ImageRepository
    members: ImageMembers

    def add(self, id: str, **more: Any) -> Image:
        image = replace(Image(id, "mine", THEN, THEN, name=id), **more)
        self.images.add(image)
        return image

    def names(self, scope: Scope, query: ImageQuery = NAMED, **more: Any) -> list[str | None]:
        query = replace(query, **more)
        return [image.name for image in self.images.page(scope, query, 100)]

    def offer(self, image_id: str, project: str, status: MemberStatus) -> None:
        self.members.add(ImageMember(image_id, project, status, THEN, THEN))
