"""The desk to which the OS definition comes with its ticket."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from cyclades.domain.model.build import Build, SavedAs
from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound
from cyclades.domain.model.image import Image, Status
from cyclades.domain.services.image_uploads import ImageUploads
from cyclades.ports.build_desk import BuildDesk, SavedDisks
from cyclades.ports.image_store import BlobReader, ImageStore


@dataclass(frozen=True, slots=True)
class OurBuildDesk(BuildDesk):
    """`find` looks up a ticket and its cluster in a transaction of its own."""

    find: Callable[[str, str], Build]
    store: ImageStore
    saved: Mapping[SavedAs, SavedDisks]

    def orders(self, ticket: str, cluster_id: str) -> Build:
        """Read them."""
        return self.find(ticket, cluster_id)

    def read(
        self, ticket: str, cluster_id: str, start: int = 0, length: int | None = None
    ) -> BlobReader:
        """From the store; the image itself may be deleted already."""
        image = self.find(ticket, cluster_id).orders.image
        if image is None:
            raise NotFound("image", "of this build")
        return self.store.read(image.blob, start, length)

    def save(
        self, ticket: str, cluster_id: str, chunks: Iterable[bytes], size: int | None = None
    ) -> None:
        """To the image or backup that the orders name."""
        wanted = self.find(ticket, cluster_id).orders.save
        if wanted is None:
            raise Conflict("Nothing of this build is to be saved.")
        self.saved[wanted.kind].receive(wanted.id, chunks, size)


@dataclass(frozen=True, slots=True)
class SavedImages(SavedDisks):
    """Disks that become images."""

    uploads: ImageUploads
    find: Callable[[str], Image]

    def receive(self, object_id: str, chunks: Iterable[bytes], size: int | None = None) -> None:
        """Fill the image, unless it is active."""
        if self.find(object_id).status is not Status.ACTIVE:
            self.uploads.receive_as_system(object_id, chunks, size)


def verified(chunks: Iterable[bytes], sha512: str) -> Iterator[bytes]:
    """The chunks; at their end InvalidInput is raised unless they have this digest."""
    digest = hashlib.sha512()
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != sha512.lower():
        raise InvalidInput("The data is not what was announced: its SHA-512 is another.", "sha512")
