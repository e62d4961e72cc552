"""An image in the hands of whoever looks at it: ranges on demand."""

import struct
from array import array
from collections.abc import Callable
from sys import byteorder
from typing import Any


class Refused(Exception):
    """The image must not be used; the message is for its owner."""


class Image:
    """`size` bytes that `read(start, length)` gives pieces of."""

    def __init__(self, size: int, read: Callable[[int, int], bytes]) -> None:
        """Nothing is read yet."""
        self.size = size
        self._read = read

    def read(self, start: int, length: int) -> bytes:
        """What there is of this range."""
        length = min(length, self.size - start)
        return self._read(start, length) if start >= 0 and length > 0 else b""

    def whole(self, start: int, length: int) -> bytes:
        """All of this range. Raises Refused when the image ends before."""
        found = self.read(start, length)
        if len(found) < length:
            raise Refused("The image is truncated.")
        return found

    def unpack(self, layout: str, start: int) -> tuple[Any, ...]:
        """Numbers at this place. Raises Refused when the image ends before."""
        return struct.unpack(layout, self.whole(start, struct.calcsize(layout)))

    def holds(self, start: int, length: int, what: str) -> None:
        """Raises Refused when this range is not in the image."""
        if start < 0 or start + length > self.size:
            raise Refused(f"The image is truncated or broken: its {what} lies beyond its end.")


def places(image: Image, start: int, count: int, layout: str) -> "array[int]":
    """A table of numbers: their struct layout is an order of bytes and I or Q."""
    order, code = layout[0], layout[1]
    found = array(code, image.whole(start, count * struct.calcsize(layout)))
    if (order == ">") is (byteorder == "little"):
        found.byteswap()
    return found


def sane(condition: object, what: str) -> None:
    """Raises Refused unless the condition holds."""
    if not condition:
        raise Refused(f"The image is broken, or was made to do harm: {what} makes no sense.")
