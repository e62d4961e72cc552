"""A disk of an instance as a file or a block device of this node."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from cyclades_node.builds.trouble import BuildFailed

PIECE = 64 * 1024  # what is looked at for zeros at once
NOTHING = bytes(PIECE)
CHUNK = 2**20


class Disk:
    """Open for writing; `size` in bytes."""

    def __init__(self, path: str, descriptor: int) -> None:
        """Raises OSError."""
        self.path = path
        self._descriptor = descriptor
        self.size = os.lseek(descriptor, 0, os.SEEK_END)
        self.is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)

    def require(self, size: int) -> None:
        """Raises BuildFailed when `size` bytes have no room."""
        if size > self.size:
            raise BuildFailed(
                f"The disk is too small: it has {_gib(self.size)} GiB, and what is to lie on it "
                f"{_gib(size)} GiB."
            )

    def clear(self) -> None:
        """Nothing of what lay in a file stays; a block device's blocks are written over."""
        if self.is_file:
            os.ftruncate(self._descriptor, 0)
            os.ftruncate(self._descriptor, self.size)

    def stretch(self) -> None:
        """Have the size again, where another program has shortened the file."""
        if self.is_file and os.fstat(self._descriptor).st_size < self.size:
            os.ftruncate(self._descriptor, self.size)

    def write(self, chunks: Iterable[bytes]) -> Iterator[int]:
        """From the beginning; yields how many bytes are there. Files get holes for zeros.

        Raises OSError, BuildFailed.
        """
        position = 0
        for chunk in chunks:
            self.require(position + len(chunk))
            for start in range(0, len(chunk), PIECE):
                piece = chunk[start : start + PIECE]
                if not self.is_file or piece != NOTHING[: len(piece)]:
                    self._put(piece, position + start)
            position += len(chunk)
            yield position

    def _put(self, piece: bytes, position: int) -> None:
        view = memoryview(piece)
        while view:
            written = os.pwrite(self._descriptor, view, position)
            view, position = view[written:], position + written


@contextmanager
def open_disk(path: str) -> Iterator[Disk]:
    """What was written is on the device after the block, unless all was in vain. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        yield Disk(path, descriptor)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def chunks_of(path: str) -> Iterator[bytes]:
    """All of a file or a block device. Raises OSError."""
    with open(path, "rb", buffering=0) as source:  # noqa: PTH123  a device, unbuffered
        while chunk := source.read(CHUNK):
            yield chunk


def size_of(path: str) -> int:
    """Of a file or a block device, in bytes. Raises OSError."""
    with open(path, "rb") as source:  # noqa: PTH123  devices have no size but this
        return source.seek(0, os.SEEK_END)


def _gib(size: int) -> str:
    return f"{size / 2**30:.2f}".rstrip("0").rstrip(".")
