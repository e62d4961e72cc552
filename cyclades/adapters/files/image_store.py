"""Images' bytes in a folder: one file a blob, written beside and renamed when complete."""

import errno
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cyclades.domain.model.errors import NotFound, TooLarge, Unavailable
from cyclades.domain.services.digests import Digests
from cyclades.ports.image_store import BlobReader, ImageStore, Written

PIECE = 1 << 18
PART = 1 << 25  # bytes after which the disk begins with them
UNFINISHED = ".part"
NAME = re.compile(r"[0-9a-zA-Z][0-9a-zA-Z_-]{0,63}", re.ASCII)


class FileImageStore(ImageStore):
    """Several processes (and machines, on a shared file system) may use one folder."""

    def __init__(self, folder: Path) -> None:
        """The folder is made when first needed."""
        self._folder = folder

    def write(self, blob: str, chunks: Iterable[bytes], limit: int) -> Written:
        """Write, sync, rename, sync the folder."""
        part, whole = self._paths(blob)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with part.open("xb") as file:
                written = _copy(chunks, file, limit)
                file.flush()
                os.fsync(file.fileno())
            part.rename(whole)
            self._sync_folder()
        except OSError as error:
            self._forget(part, whole)
            raise _unavailable(error) from error
        except BaseException:
            self._forget(part, whole)
            raise
        return written

    def read(self, blob: str, start: int = 0, length: int | None = None) -> BlobReader:
        """Open now, so that a missing file is known before anything is answered."""
        try:
            file = self._paths(blob)[1].open("rb")
        except FileNotFoundError as error:
            raise NotFound("image data", blob) from error
        except OSError as error:
            raise _unavailable(error) from error
        file.seek(start)
        return FileReader(file, length)

    def delete(self, blob: str) -> None:
        """Unlink; readers keep what they opened."""
        self._forget(*self._paths(blob))

    def blobs(self) -> Iterator[str]:
        """The folder's names; a file that is not ours is never named."""
        if not self._folder.exists():
            return
        with os.scandir(self._folder) as entries:
            for entry in entries:
                name = entry.name.removesuffix(UNFINISHED)
                if entry.is_file() and NAME.fullmatch(name):
                    yield name

    def _paths(self, blob: str) -> tuple[Path, Path]:
        if not NAME.fullmatch(blob):
            raise NotFound("image data", blob[:64])
        return self._folder / f"{blob}{UNFINISHED}", self._folder / blob

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _forget(self, *paths: Path) -> None:
        for path in paths:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise _unavailable(error) from error


class FileReader(BlobReader):
    """Pieces of an open file."""

    def __init__(self, file: BinaryIO, length: int | None) -> None:
        """From where the file stands, at most `length` bytes."""
        self._file = file
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        """Read until the end, then close."""
        try:
            while piece := self._file.read(PIECE if self._left is None else min(PIECE, self._left)):
                if self._left is not None:
                    self._left -= len(piece)
                yield piece
        finally:
            self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _copy(chunks: Iterable[bytes], file: BinaryIO, limit: int) -> Written:
    size, begun = 0, 0
    with Digests() as digests:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise TooLarge(f"An image has at most {limit} bytes.")
            digests.add(chunk)
            file.write(chunk)
            if size - begun >= PART:
                # The disk works while we hash. Pages that are not written yet stay in memory.
                os.posix_fadvise(file.fileno(), begun, size - begun, os.POSIX_FADV_DONTNEED)
                begun = size
        return Written(size, *digests.hexdigests())


def _unavailable(error: OSError) -> Unavailable:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return Unavailable(
        "The image store is full." if full else "The image store does not work. Please try again."
    )


def make(application: Any) -> FileImageStore:
    """Entry point `files` of group `cyclades.image_store`."""
    return FileImageStore(application.settings.image_dir)
