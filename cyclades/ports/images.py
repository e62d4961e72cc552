"""Where images and their members are kept; their bytes are in an ImageStore."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from cyclades.domain.model.image import Image
from cyclades.domain.model.image_member import ImageMember
from cyclades.domain.model.image_query import ImageQuery
from cyclades.domain.model.sharing import Scope
from cyclades.ports.blob_owners import BlobOwner


class ImageRepository(BlobOwner, Protocol):
    """Images. A scope sees its project's, public and community ones, and those it is member of."""

    def add(self, image: Image) -> None:
        """Keep a new image. Raises AlreadyExists when its id is taken, or was once."""
        ...

    def get(self, image_id: str, scope: Scope) -> Image:
        """Raises NotFound, also for what the scope does not see."""
        ...

    def page(
        self, scope: Scope, query: ImageQuery, limit: int, after: Image | None = None
    ) -> Sequence[Image]:
        """At most `limit` images in the query's order, after that image."""
        ...

    def save(self, image: Image) -> None:
        """Write the version after the stored one. Raises StaleVersion."""
        ...

    def remove(self, image: Image) -> None:
        """Forget this version and its members. Raises StaleVersion when it is another."""
        ...

    def beat(self, image_id: str, blob: str, now: datetime) -> bool:
        """Note that the upload into this blob lives; False when it was given up."""
        ...

    def silent_uploads(self, before: datetime, limit: int) -> Sequence[Image]:
        """Images with an upload, not an import, that was last seen before then."""
        ...


class ImageMembers(Protocol):
    """The projects that shared images are offered to."""

    def add(self, member: ImageMember) -> None:
        """Raises AlreadyExists when the project is a member."""
        ...

    def get(self, image_id: str, project_id: str) -> ImageMember:
        """Raises NotFound."""
        ...

    def of(self, image_id: str) -> Sequence[ImageMember]:
        """An image's members, by project id."""
        ...

    def save(self, member: ImageMember) -> None:
        """Replace status and time. Raises NotFound."""
        ...

    def remove(self, image_id: str, project_id: str) -> None:
        """Raises NotFound."""
        ...
