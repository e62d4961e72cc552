"""Where the bytes of images are kept.

A blob is written once, under a name that is never used again, and never changes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: size in bytes, digests in hexadecimal."""

    size: int
    md5: str
    sha512: str


class BlobReader(Protocol):
    """A blob's bytes in pieces; readable to the end even when the blob is deleted meanwhile."""

    def __iter__(self) -> Iterator[bytes]:
        """The pieces, once."""
        ...

    def close(self) -> None:
        """Let go; may be called more than once, before or after the end."""
        ...


class ImageStore(Protocol):
    """Blobs by name (an Ids.new()). No method is called in a database transaction."""

    def write(self, blob: str, chunks: Iterable[bytes], limit: int) -> Written:
        """Keep these bytes: all of them, durably, or (on any error) none.

        Raises TooLarge beyond `limit` bytes, Unavailable when the store cannot keep them,
        and whatever `chunks` raises. Memory is bounded by the chunks, not by their sum.
        """
        ...

    def read(self, blob: str, start: int = 0, length: int | None = None) -> BlobReader:
        """`length` bytes (None: all the rest) from `start`. Raises NotFound, Unavailable."""
        ...

    def delete(self, blob: str) -> None:
        """Forget the blob, finished or not; nothing happens when there is none."""
        ...

    def blobs(self) -> Iterator[str]:
        """The names of all blobs, unfinished ones (of killed writers) included."""
        ...
