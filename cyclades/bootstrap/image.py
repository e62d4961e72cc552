"""Image's repositories and services in one transaction."""

from functools import cached_property

from cyclades.adapters.sql.image_members import SqlImageMembers
from cyclades.adapters.sql.images import SqlImages
from cyclades.bootstrap.builds import BuildsUnit
from cyclades.domain.services.image_members import ImageSharing
from cyclades.domain.services.images import Images


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
            lambda blob: self.after_commit(lambda: self.app.image_store.delete(blob)),
        )

    @cached_property
    def image_members(self) -> ImageSharing:
        """Who images are offered to."""
        return ImageSharing(
            self.images, SqlImageMembers(self.connection), self.feed, self.app.clock
        )
