"""Sharing: the owner offers an image to projects, each of which accepts or rejects."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.errors import Forbidden, NotFound, TooLarge
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import Image, Visibility
from cyclades.domain.model.image_member import MOST_MEMBERS, ImageMember, MemberStatus
from cyclades.domain.services.images import Images
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.images import ImageMembers


@dataclass(frozen=True, slots=True)
class ImageSharing:
    """Owners see all members of an image, a member sees itself."""

    images: Images
    members: ImageMembers
    feed: Feed
    clock: Clock

    def offer(self, caller: Caller, image_id: str, project_id: str) -> ImageMember:
        """Make the project a pending member. Raises AlreadyExists, Forbidden, TooLarge."""
        image = self._shared(caller, image_id)
        if len(self.members.of(image_id)) >= MOST_MEMBERS:
            raise TooLarge(f"An image has at most {MOST_MEMBERS} members.")
        now = self.clock.now()
        member = ImageMember(image.id, project_id, MemberStatus.PENDING, now, now)
        self.members.add(member)
        self._tell(image, project_id)
        return member

    def list(self, caller: Caller, image_id: str) -> Sequence[ImageMember]:
        """The members that the caller may see."""
        image = self.images.show(caller, image_id)
        found = self.members.of(image_id)
        if caller.is_admin or image.owner == caller.project_id:
            return found
        return [member for member in found if member.project_id == caller.project_id]

    def show(self, caller: Caller, image_id: str, project_id: str) -> ImageMember:
        """One member. Raises NotFound."""
        for member in self.list(caller, image_id):
            if member.project_id == project_id:
                return member
        raise NotFound("member", project_id)

    def answer(
        self, caller: Caller, image_id: str, project_id: str, status: MemberStatus
    ) -> ImageMember:
        """The member's own word. Raises NotFound, Forbidden for anybody else."""
        image = self.images.show(caller, image_id)
        member = self.show(caller, image_id, project_id)
        if project_id != caller.project_id and not caller.is_admin:
            raise Forbidden("You are not authorized to complete modify_member action.")
        answered = replace(member, status=status, updated=self.clock.now())
        self.members.save(answered)
        self._tell(image, project_id)
        return answered

    def withdraw(self, caller: Caller, image_id: str, project_id: str) -> None:
        """Take the offer back. Raises NotFound, Forbidden."""
        image = self._shared(caller, image_id)
        self.members.remove(image_id, project_id)
        self._tell(image, project_id)

    def _shared(self, caller: Caller, image_id: str) -> Image:
        image = self.images.owned(caller, image_id, "modify_member")
        if image.visibility is not Visibility.SHARED:
            raise Forbidden("Only shared images have members.")
        return image

    def _tell(self, image: Image, project_id: str) -> None:
        self.feed.publish(Changed("image", image.id, image.version, project_id))
