"""Images of any format made raw."""

from collections.abc import Iterable, Iterator
from typing import Protocol


class ImageConverter(Protocol):
    """Converts images that were inspected."""

    def to_raw(
        self, disk_format: str, virtual_size: int, chunks: Iterable[bytes]
    ) -> Iterator[bytes]:
        """The disk inside: `virtual_size` bytes in pieces; some are empty while it works.

        `disk_format` is one of CONVERTIBLE and never guessed. Raises WrongFormat when the
        image is broken or costs too much, Unavailable when there is no room or no means,
        and what `chunks` raises. Nothing is left behind, whenever its reader stops.
        """
        ...
