"""What images' bytes are: whoever looks at them trusts nothing that they say."""

from collections.abc import Callable
from typing import Protocol

Read = Callable[[int, int], bytes]  # so many bytes from there; fewer at the end


class ImageInspector(Protocol):
    """Looks at a few ranges of an image, with bounded time and memory."""

    def virtual_size(self, disk_format: str, size: int, read: Read) -> int:
        """Bytes of the disk inside an image of `size` bytes.

        Raises WrongFormat, in words for its owner, when the bytes are of another format
        than `disk_format`, refer to other files, make no sense, end too early, or cost too
        much to look at. Raises Unavailable when nobody can look now, and what `read` raises.
        """
        ...
