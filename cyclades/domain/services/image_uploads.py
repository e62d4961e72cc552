"""How bytes come to images and go from them: never in a database transaction.

An upload is two short transactions with the stream between them. Whatever dies on the
way is put right by `recover`: silent uploads are given up, and blobs that no image knows
are deleted.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, TypeVar

from cyclades.domain.model.errors import Conflict, Forbidden
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import (
    UPLOAD,
    UPLOAD_LEASE,
    Content,
    Image,
    Route,
    Status,
    Visibility,
)
from cyclades.domain.model.image_edits import Edit
from cyclades.domain.model.image_formats import virtual_size
from cyclades.domain.model.image_query import ImageQuery
from cyclades.domain.services.images import Images
from cyclades.ports.clock import Clock
from cyclades.ports.ids import Ids
from cyclades.ports.image_store import BlobReader, ImageStore

T = TypeVar("T")
BEAT = UPLOAD_LEASE.total_seconds() / 10
BATCH = 200
BLANK_NAME = "blank"
BLANK_SIZE = 1 << 20


class InTransaction(Protocol):
    """Runs its work in a transaction of its own, again if somebody else was faster."""

    def __call__(self, work: Callable[[Images], T], /) -> T:
        """What the work returns, once committed."""
        ...


@dataclass(frozen=True, slots=True)
class Recovered:
    """What `recover` found: uploads given up, blobs deleted."""

    uploads: int
    blobs: int


@dataclass(frozen=True, slots=True)
class ImageUploads:
    """Streams between callers and the store; `limit` is the largest image in bytes."""

    in_transaction: InTransaction
    store: ImageStore
    clock: Clock
    ids: Ids
    limit: int

    def receive(
        self,
        caller: Caller,
        image_id: str,
        route: Route,
        chunks: Iterable[bytes],
        size: int | None = None,
    ) -> Image:
        """Fill a queued image. On any error it is queued again and no bytes are kept.

        `size` is how many bytes were announced; None: nobody knows before the end.
        Raises Conflict, NotFound, Forbidden, InvalidInput, TooLarge, OverQuota, Unavailable.
        """
        blob = self.ids.new()
        image = self.in_transaction(
            lambda images: images.expect_bytes(caller, image_id, route, blob, size)
        )
        counted = self._counted(image_id, blob, size or 0, chunks)
        try:
            written = self.store.write(blob, self._beating(image_id, blob, counted), self.limit)
            content = Content(
                blob,
                written.size,
                virtual_size(image.disk_format, written.head, written.size),
                written.md5,
                written.sha512,
            )
            return self.in_transaction(lambda images: images.take_bytes(image_id, route, content))
        except BaseException:
            self._give_up(image_id, blob)
            raise

    def send(
        self, caller: Caller, image: Image, start: int = 0, length: int | None = None
    ) -> BlobReader | None:
        """The image's bytes, or None when it has none yet. Raises Forbidden."""
        if image.status is Status.DEACTIVATED and not caller.is_admin:
            raise Forbidden(
                "The requested image has been deactivated. Image data download is forbidden."
            )
        return self.store.read(image.data.blob, start, length) if image.data else None

    def recover(self) -> Recovered:
        """Give up uploads whose process died; delete blobs that no image knows.

        A blob is named in the database before it exists in the store, so a blob that is
        unknown after it was listed is nobody's. May run in several processes at once.
        """
        given_up = 0
        while silent := self.in_transaction(self._silent):
            for image_id, blob in silent:
                self._give_up(image_id, blob)
            given_up += len(silent)
        deleted = 0
        names = self.store.blobs()
        while batch := list(islice(names, BATCH)):
            deleted += len(self._sweep(batch))
        return Recovered(given_up, deleted)

    def ensure_small_image(self, owner: Caller) -> Image:
        """A public image of 1 MiB of zeros called "blank", made if the owner has none.

        `owner` must be an administrator: only they publish images.
        """
        query = ImageQuery(one_of={"name": (BLANK_NAME,), "owner": (owner.project_id or "",)})
        found = self.in_transaction(lambda images: images.page(owner, query, BATCH))
        for image in found:
            if image.status is Status.ACTIVE and image.visibility is Visibility.PUBLIC:
                return image
        edits = [
            Edit("add", "name", BLANK_NAME),
            Edit("add", "visibility", Visibility.PUBLIC),
            Edit("add", "disk_format", "raw"),
            Edit("add", "container_format", "bare"),
        ]
        made = self.in_transaction(lambda images: images.create(owner, edits))
        return self.receive(owner, made.id, UPLOAD, [bytes(BLANK_SIZE)], BLANK_SIZE)

    def _counted(
        self, image_id: str, blob: str, reserved: int, chunks: Iterable[bytes]
    ) -> Iterator[bytes]:
        came = 0
        for chunk in chunks:
            came += len(chunk)
            if came > reserved:
                needed = came
                reserved = self.in_transaction(
                    lambda images: images.reserve(image_id, blob, needed)  # noqa: B023 - used at once
                )
            yield chunk

    def _beating(self, image_id: str, blob: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        last = self.clock.monotonic()
        for chunk in chunks:
            if self.clock.monotonic() - last >= BEAT:
                last = self.clock.monotonic()
                if not self.in_transaction(
                    lambda images: images.repository.beat(image_id, blob, self.clock.now())
                ):
                    raise Conflict(f"The upload to image {image_id} was given up.")
            yield chunk

    def _silent(self, images: Images) -> list[tuple[str, str]]:
        before = self.clock.now() - UPLOAD_LEASE
        found = images.repository.silent_uploads(before, BATCH)
        return [(image.id, image.upload.blob) for image in found if image.upload is not None]

    def _give_up(self, image_id: str, blob: str) -> None:
        self.in_transaction(lambda images: images.give_up(image_id, blob))
        # The commit whose answer was lost may have made the blob the image's own.
        self._sweep([blob])

    def _sweep(self, blobs: list[str]) -> list[str]:
        known = self.in_transaction(lambda images: images.repository.known_blobs(blobs))
        unknown = [blob for blob in blobs if blob not in known]
        for blob in unknown:
            self.store.delete(blob)
        return unknown
