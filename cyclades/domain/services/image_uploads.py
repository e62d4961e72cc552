"""How bytes come to images and go from them: never in a database transaction.

An upload is two short transactions with the stream between them. Whatever dies on the
way is put right by `recover`: silent uploads are given up, and blobs that no image knows
are deleted.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
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
from cyclades.domain.model.image_formats import RAW, fitting
from cyclades.domain.model.image_query import ImageQuery
from cyclades.domain.services.images import EVERYWHERE, Images
from cyclades.ports.clock import Clock
from cyclades.ports.ids import Ids
from cyclades.ports.image_inspector import ImageInspector
from cyclades.ports.image_store import BlobReader, ImageStore

T = TypeVar("T")
BEAT = UPLOAD_LEASE.total_seconds() / 10
BATCH = 200
BLANK_NAME = "blank"
BLANK_SIZE = 1 << 20
SYSTEM = Caller("", None, roles=frozenset({"admin"}), system=True)


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
    """Streams between callers and the store.

    `known` asks all owners of blobs, in a transaction of its own. `limit` is the largest
    image in bytes, `virtual_limit` the largest disk inside one.
    """

    in_transaction: InTransaction
    known: Callable[[Collection[str]], set[str]]
    store: ImageStore
    inspector: ImageInspector
    clock: Clock
    ids: Ids
    limit: int
    virtual_limit: int
    reached: Callable[[str], None] = lambda _place: None

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
        return self._fill(caller, image_id, route, chunks, size)

    def receive_as_system(
        self, image_id: str, chunks: Iterable[bytes], size: int | None = None
    ) -> Image:
        """Fill a queued image with bytes of our own making, as `receive` does.

        Raw ones are a disk of some server: whatever it looks like, it is raw.
        """
        return self._fill(SYSTEM, image_id, UPLOAD, chunks, size)

    def open_as_system(
        self, image_id: str, start: int = 0, length: int | None = None
    ) -> tuple[Content, BlobReader]:
        """An active image's bytes for whoever builds from it. Raises NotFound, Conflict."""
        image = self.in_transaction(lambda images: images.repository.get(image_id, EVERYWHERE))
        if image.status is not Status.ACTIVE or image.content is None:
            raise Conflict(f"Image {image.id} is {image.status}: it has no data to build from.")
        return image.content, self.store.read(image.content.blob, start, length)

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
        """Give up uploads whose process died; delete blobs that nobody knows.

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
            deleted += len(self.sweep(batch))
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
        return self.receive_as_system(made.id, [bytes(BLANK_SIZE)], BLANK_SIZE)

    def measured(self, disk_format: str | None, blob: str, size: int) -> int:
        """Bytes of the disk inside a blob of this format. Raises WrongFormat, TooLarge."""

        def read(start: int, length: int) -> bytes:
            return b"".join(self.store.read(blob, start, length))

        found = self.inspector.virtual_size(disk_format or "", size, read)
        return fitting(found, self.virtual_limit)

    def counted(
        self, image_id: str, blob: str, reserved: int, chunks: Iterable[bytes]
    ) -> Iterator[bytes]:
        """These chunks, charged as they come beyond what was reserved."""
        came = 0
        for chunk in chunks:
            came += len(chunk)
            if came > reserved:
                needed = came
                reserved = self.in_transaction(
                    lambda images: images.reserve(image_id, blob, needed)  # noqa: B023 - used at once
                )
            yield chunk

    def sweep(self, blobs: list[str]) -> list[str]:
        """Delete those that nobody knows."""
        known = self.known(blobs)
        unknown = [blob for blob in blobs if blob not in known]
        for blob in unknown:
            self.store.delete(blob)
        return unknown

    def _fill(
        self,
        caller: Caller,
        image_id: str,
        route: Route,
        chunks: Iterable[bytes],
        size: int | None,
    ) -> Image:
        blob = self.ids.new()
        image = self.in_transaction(
            lambda images: images.expect_bytes(caller, image_id, route, blob, size)
        )
        self.reached("upload-expected")
        counted = self.counted(image_id, blob, size or 0, chunks)
        try:
            written = self.store.write(blob, self._beating(image_id, blob, counted), self.limit)
            self.reached("upload-written")
            ours = caller is SYSTEM and image.disk_format == RAW
            virtual = written.size if ours else None
            if virtual is None and route.after is Status.ACTIVE:
                virtual = self.measured(image.disk_format, blob, written.size)
            content = Content(blob, written.size, virtual, written.md5, written.sha512)
            self.reached("upload-inspected")
            return self.in_transaction(lambda images: images.take_bytes(image_id, route, content))
        except BaseException:
            self._give_up(image_id, blob)
            raise

    def _beating(self, image_id: str, blob: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        last = self.clock.monotonic()
        for chunk in chunks:
            if self.clock.monotonic() - last >= BEAT:
                last = self.clock.monotonic()
                if not self.in_transaction(
                    lambda images: images.repository.beat(image_id, blob, self.clock.now())
                ):
                    raise Conflict(f"The upload to image {image_id} was given up.")
            self.reached("upload-chunk")
            yield chunk

    def _silent(self, images: Images) -> list[tuple[str, str]]:
        before = self.clock.now() - UPLOAD_LEASE
        found = images.repository.silent_uploads(before, BATCH)
        return [(image.id, image.upload.blob) for image in found if image.upload is not None]

    def _give_up(self, image_id: str, blob: str) -> None:
        self.in_transaction(lambda images: images.give_up(image_id, blob))
        # The commit whose answer was lost may have made the blob the image's own.
        self.sweep([blob])
