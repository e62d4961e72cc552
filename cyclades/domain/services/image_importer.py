"""Doing an import: bytes are fetched, looked at, converted; never in a transaction.

Each step ends with a short transaction under the task's fence, and what a killed worker
left is either named by the image, so that the next one goes on from there, or swept.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol, TypeVar

from cyclades.domain.model.errors import (
    Conflict,
    CycladesError,
    InvalidInput,
    NotFound,
    Unavailable,
)
from cyclades.domain.model.image import Content, Image
from cyclades.domain.model.image_formats import CONVERTIBLE, RAW
from cyclades.domain.model.image_task import ImageTask
from cyclades.domain.services.image_imports import ImageImports, LostTask
from cyclades.domain.services.image_uploads import ImageUploads
from cyclades.ports.image_converter import ImageConverter
from cyclades.ports.web_downloads import WebDownloads

T = TypeVar("T")


class InTransaction(Protocol):
    """Runs its work in a transaction of its own, again if somebody else was faster."""

    def __call__(self, work: Callable[[ImageImports], T], /) -> T:
        """What the work returns, once committed."""
        ...


class Stopping(Exception):
    """This process ends: another one goes on with the task."""


@dataclass(frozen=True, slots=True)
class ImageImporter:
    """`conversion` is a format, or empty: bytes stay as they came. `reached` names places."""

    in_transaction: InTransaction
    uploads: ImageUploads
    downloads: WebDownloads
    converter: ImageConverter
    lease: timedelta
    conversion: str
    reached: Callable[[str], None]

    def claim(self) -> ImageTask | None:
        """Something to do."""
        return self.in_transaction(lambda imports: imports.claim(self.lease))

    def work(self, task: ImageTask, going_on: Callable[[], bool]) -> None:
        """Do it, or say why not. Whatever happens, the task is over, put off, or another's."""
        try:
            self._work(task, going_on)
        except LostTask:
            pass  # deleted, or taken over
        except Stopping:
            self._end(lambda imports: imports.let_go(task))
        except (Unavailable, Conflict) as error:
            self._end(lambda imports, why=error: imports.put_off(task, why))  # type: ignore[misc]  # mypy cannot infer a lambda's default
        except CycladesError as error:
            self._end(lambda imports, why=str(error): imports.fail(task, why))  # type: ignore[misc]  # as above
        except Exception as error:
            self._end(lambda imports, why=error: imports.put_off(task, why))  # type: ignore[misc]  # as above
            raise

    def _end(self, how: Callable[[ImageImports], None]) -> None:
        with suppress(LostTask):  # deleted, or taken over
            self.in_transaction(how)

    def _work(self, task: ImageTask, going_on: Callable[[], bool]) -> None:
        image = self.in_transaction(lambda imports: imports.image_of(task))
        self.reached("importing")
        if image.content is None:
            pieces = self.downloads.fetch(task.uri or "")
            image = self._write(task, image, pieces, going_on)
        self.reached("brought")
        content, disk_format = self._content(image), image.disk_format or ""
        if not content.size:
            raise InvalidInput("There is no data.")
        virtual = self.uploads.measured(disk_format, content.blob, content.size)
        self.reached("inspected")
        if self.conversion == RAW and disk_format in CONVERTIBLE:
            source = self.uploads.store.read(content.blob)
            try:
                pieces = self.converter.to_raw(disk_format, virtual, source)
                image = self._write(task, replace(image, disk_format=RAW), pieces, going_on)
            finally:
                source.close()
            virtual = self._content(image).size
            self.reached("converted")
        self.in_transaction(lambda imports: imports.finish(task, virtual))
        self.reached("imported")

    def _content(self, image: Image) -> Content:
        if image.content is None:
            raise NotFound("image data", image.id)
        return image.content

    def _write(
        self, task: ImageTask, image: Image, pieces: Iterator[bytes], going_on: Callable[[], bool]
    ) -> Image:
        blob, uploads = self.uploads.ids.new(), self.uploads
        self.in_transaction(lambda imports: imports.expect(task, blob))
        self.reached("expecting")
        try:
            counted = uploads.counted(image.id, blob, 0, self._beating(task, pieces, going_on))
            written = uploads.store.write(blob, counted, uploads.limit)
            content = Content(blob, written.size, None, written.md5, written.sha512)
            self.reached("written")
            return self.in_transaction(
                lambda imports: imports.keep(task, content, image.disk_format or "")
            )
        except BaseException:
            self._forget(task, blob)
            raise

    def _forget(self, task: ImageTask, blob: str) -> None:
        # The commit whose answer was lost may have made the blob the image's own.
        self._end(lambda imports: imports.unexpect(task, blob))
        self.uploads.sweep([blob])

    def _beating(
        self, task: ImageTask, pieces: Iterable[bytes], going_on: Callable[[], bool]
    ) -> Iterator[bytes]:
        clock = self.uploads.clock
        last, pause = clock.monotonic(), self.lease.total_seconds() / 5
        for piece in pieces:
            if not going_on():
                raise Stopping
            if clock.monotonic() - last >= pause:
                last = clock.monotonic()
                self.in_transaction(lambda imports: imports.beat(task, self.lease))
                self.reached("beaten")
            yield piece
