"""Images: describing them, finding them, sharing and deleting them.

How their bytes arrive is in image_uploads.py, who they are offered to in image_members.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.errors import Conflict, Forbidden, InvalidInput, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import (
    Content,
    Image,
    Route,
    Status,
    Upload,
    Visibility,
    abandoned,
    acted,
    received,
    receiving,
)
from cyclades.domain.model.image_edits import Edit, edited
from cyclades.domain.model.image_formats import NO_DISKS
from cyclades.domain.model.image_query import ImageQuery
from cyclades.domain.model.image_usage import MEBIBYTE, UPLOAD_COUNTS_AS, changes
from cyclades.domain.model.quota import UNLIMITED
from cyclades.domain.model.sharing import Scope
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.images import ImageMembers, ImageRepository
from cyclades.ports.quota import QuotaLedger

EVERYWHERE = Scope(None, everything=True)
AHEAD = 256 * MEBIBYTE  # reserved at once for a stream of unknown length


@dataclass(frozen=True, slots=True)
class Images:
    """One transaction's view of images.

    `discard` forgets a blob once the transaction is committed.
    """

    repository: ImageRepository
    members: ImageMembers
    feed: Feed
    clock: Clock
    ids: Ids
    quota: QuotaLedger
    discard: Callable[[str], None]

    def create(self, caller: Caller, edits: Sequence[Edit], image_id: str | None = None) -> Image:
        """A queued image without bytes. Raises AlreadyExists for a taken id, OverQuota."""
        now = self.clock.now()
        blank = Image(image_id or self.ids.new(), caller.project_id or "", now, now)
        image = edited(blank, edits, admin=caller.is_admin)
        self.repository.add(image)
        self._publish(image, image.owner, public=image.public)
        self._settle(None, image)
        return image

    def show(self, caller: Caller, image_id: str) -> Image:
        """Raises NotFound, also for what the caller may not see."""
        return self.repository.get(image_id, scope(caller))

    def usable(self, caller: Caller, image_id: str) -> Image:
        """An image to make disks from. Raises NotFound, or InvalidInput when that cannot be."""
        image = self.show(caller, image_id)
        if image.status is not Status.ACTIVE:
            raise InvalidInput(f"Image {image.id} is not active.", "imageRef")
        if image.disk_format in NO_DISKS:
            raise InvalidInput(
                f"Image {image.id} is kept in the format {image.disk_format}: no disk can be made "
                "from it.",
                "imageRef",
            )
        return image

    def page(
        self, caller: Caller, query: ImageQuery, limit: int, marker: str | None = None
    ) -> Sequence[Image]:
        """Images after the one with id `marker`. Raises InvalidInput for an unknown marker."""
        after = None
        if marker is not None:
            try:
                after = self.show(caller, marker)
            except NotFound as error:
                raise InvalidInput(f"There is no image {marker[:64]}.", "marker") from error
        return self.repository.page(scope(caller), query, limit, after)

    def edit(self, caller: Caller, image_id: str, edits: Sequence[Edit]) -> Image:
        """Apply all edits or none."""
        image = self.owned(caller, image_id, "modify_image")
        after = edited(image, edits, admin=caller.is_admin)
        return self.save(image, replace(after, updated=self.clock.now()))

    def tag(self, caller: Caller, image_id: str, tag: str) -> None:
        """Put a tag on it; it may be there already."""
        image = self.owned(caller, image_id, "modify_image")
        self.edit(caller, image_id, [Edit("add", "tags", (*image.tags, tag))])

    def untag(self, caller: Caller, image_id: str, tag: str) -> None:
        """Take a tag off. Raises NotFound when it has none of that name."""
        image = self.owned(caller, image_id, "modify_image")
        if tag not in image.tags:
            raise NotFound("tag", tag[:80])
        rest = tuple(one for one in image.tags if one != tag)
        self.save(image, replace(image, tags=rest, updated=self.clock.now()))

    def act(self, caller: Caller, image_id: str, action: str) -> None:
        """Deactivate or reactivate it."""
        image = self.owned(caller, image_id, action)
        self.save(image, acted(image, action, self.clock.now()))

    def delete(self, caller: Caller, image_id: str) -> None:
        """Forget it and, after the commit, its bytes. Servers made from it do not need it."""
        image = self.owned(caller, image_id, "delete_image")
        if image.protected:
            raise Forbidden(f"Image {image.id} is protected and cannot be deleted.")
        self._tell(image, replace(image, version=image.version + 1))
        self.repository.remove(image)
        self._settle(image, None)
        if image.content is not None:
            self.discard(image.content.blob)

    def owned(self, caller: Caller, image_id: str, rule: str) -> Image:
        """An image that the caller may change.

        Raises NotFound, or Forbidden when it is visible but another project's.
        """
        image = self.show(caller, image_id)
        if image.owner != caller.project_id and not caller.is_admin:
            raise Forbidden(f"You are not authorized to complete {rule} action.")
        return image

    def expect_bytes(
        self, caller: Caller, image_id: str, route: Route, blob: str, size: int | None = None
    ) -> Image:
        """From now on, an upload of `size` bytes fills `blob` for this image.

        What is known of the size is charged at once, else `reserve` charges as bytes come.
        Raises NotFound, Forbidden, Conflict, InvalidInput, OverQuota.
        """
        image = self.owned(caller, image_id, "upload_image")
        now = self.clock.now()
        return self.save(image, receiving(image, route, Upload(blob, now, size or 0), now))

    def reserve(self, image_id: str, blob: str, size: int) -> int:
        """Charge for at least `size` bytes of the upload into `blob`; for how many is returned.

        A good deal more is reserved while there is room. Raises OverQuota, NotFound, and
        Conflict when the upload was given up.
        """
        image = self.repository.get(image_id, EVERYWHERE)
        if image.upload is None or image.upload.blob != blob:
            raise Conflict(f"The upload to image {image.id} was given up.")
        resource = UPLOAD_COUNTS_AS[image.status]
        held = self.quota.holdings(image.owner, [resource])[resource]
        free = AHEAD if held.limit == UNLIMITED else (held.limit - held.used) * MEBIBYTE
        reserved = max(size, image.upload.reserved + min(AHEAD, free))
        self.save(image, replace(image, upload=replace(image.upload, reserved=reserved)))
        return reserved

    def take_bytes(self, image_id: str, route: Route, content: Content) -> Image:
        """The upload is complete. Raises Conflict when it was given up, NotFound."""
        image = self.repository.get(image_id, EVERYWHERE)
        return self.save(image, received(image, route, content, self.clock.now()))

    def give_up(self, image_id: str, blob: str) -> None:
        """The upload into `blob` failed or died: the image waits for bytes again."""
        try:
            image = self.repository.get(image_id, EVERYWHERE)
        except NotFound:
            return
        if image.upload is not None and image.upload.blob == blob:
            self.save(image, abandoned(image, self.clock.now()))

    def save(self, before: Image, image: Image) -> Image:
        """The next version: kept, charged, told. Raises StaleVersion, OverQuota."""
        saved = replace(image, version=image.version + 1)
        self.repository.save(saved)
        self._tell(before, saved)
        self._settle(before, saved)
        return saved

    def _settle(self, before: Image | None, after: Image | None) -> None:
        for project_id, amounts in changes(before, after).items():
            less = {name: -amount for name, amount in amounts.items() if amount < 0}
            more = {name: amount for name, amount in amounts.items() if amount > 0}
            if less:
                self.quota.release(project_id, less)
            if more:
                self.quota.charge(project_id, more)

    def _tell(self, before: Image, image: Image) -> None:
        # Those who see it no more hear of that, too.
        public = before.public or image.public
        self._publish(image, image.owner, public=public)
        if not public and Visibility.SHARED in {before.visibility, image.visibility}:
            for member in self.members.of(image.id):
                self._publish(image, member.project_id)

    def _publish(self, image: Image, project_id: str, *, public: bool = False) -> None:
        self.feed.publish(Changed("image", image.id, image.version, project_id, public=public))


def scope(caller: Caller) -> Scope:
    """What the caller sees: as a member of their project, or everything."""
    return Scope(caller.project_id, everything=caller.is_admin)
