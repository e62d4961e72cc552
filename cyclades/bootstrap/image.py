"""Image's repositories and services in one transaction."""

from collections.abc import Collection
from functools import cached_property

from cyclades.adapters.sql.backups import SqlBackups
from cyclades.adapters.sql.image_members import SqlImageMembers
from cyclades.adapters.sql.image_tasks import SqlImageTasks
from cyclades.adapters.sql.images import SqlImages
from cyclades.bootstrap.builds import BuildsUnit
from cyclades.domain.services.image_imports import ImageImports
from cyclades.domain.services.image_members import ImageSharing
from cyclades.domain.services.images import Images
from cyclades.ports.blob_owners import BlobOwner


class ImageUnit(BuildsUnit):
    """What image needs."""

    @cached_property
    def images(self) -> Images:
        """What servers are made from."""
        return Images(
            SqlImages(self.connection),
            SqlImageMembers(self.connection),
            self.feed,
            self.app.clock,
            self.app.ids,
            self.quota,
            lambda blob: self.after_commit(lambda: self._discard(blob)),
        )

    def _discard(self, blob: str) -> None:
        # A build may read it still: then housekeeping deletes it later.
        self.app.image_uploads.sweep([blob])

    @cached_property
    def image_imports(self) -> ImageImports:
        """Bringing images' bytes from elsewhere."""
        return ImageImports(
            self.images,
            SqlImageTasks(self.connection),
            self.app.web_downloads.check,
            lambda: self.wake_after_commit("images"),
        )

    @property
    def blob_owners(self) -> tuple[BlobOwner, ...]:
        """Everybody whose rows name blobs of the store."""
        return (self.images.repository, self.build_rows, SqlBackups(self.connection))

    def known_blobs(self, blobs: Collection[str]) -> set[str]:
        """Those of these blobs that are somebody's."""
        return {blob for owner in self.blob_owners for blob in owner.known_blobs(blobs)}

    @cached_property
    def image_members(self) -> ImageSharing:
        """Who images are offered to."""
        return ImageSharing(
            self.images, SqlImageMembers(self.connection), self.feed, self.app.clock
        )
