"""A process that looks at one image: `python -m cyclades.adapters.inspection.looking`.

It is told "FORMAT SIZE" after the length of that in one byte. Its lines are "START LENGTH",
answered by that many bytes or fewer after their number in four bytes, and in the end
"= VIRTUAL-SIZE" or "! why not". It opens nothing, and nobody but its parent hears it.
"""

import logging
import os
from collections.abc import Callable, Mapping
from typing import Any

from oslo_utils.imageutils import format_inspector

from cyclades.adapters.inspection import others, qcow2
from cyclades.adapters.inspection.bytes_in import Image, Refused
from cyclades.adapters.inspection.limits import confine

SECONDS, MEMORY = 10, 512 << 20
HEAD = 64 << 10  # enough for every format's signature
PREFIX = 8 << 20  # a format's metadata is in here...
TAIL = 1536  # ...or here
PIECE = 64 << 10
DESCRIPTOR = b"# disk descriptorfile"  # a VMDK that is only about other files
RAW = frozenset({"raw", "gpt"})  # a raw disk may have a partition table


def _as_it_is(image: Image) -> int:
    return image.size


# What may be found in what is declared, who else looks at it, and whether oslo.utils does.
SIGNATURES: Mapping[str, frozenset[str]] = {
    "qcow2": frozenset({"qcow2"}),
    "vmdk": frozenset({"vmdk"}),
    "vhdx": frozenset({"vhdx"}),
    "vdi": frozenset({"vdi"}),
    "vhd": RAW | {"vhd"},  # a fixed one is raw but for its end
    "iso": RAW | {"iso"},
}
CHECKS: Mapping[str, Callable[[Image], int]] = {
    "qcow2": qcow2.check,
    "vmdk": others.vmdk,
    "vhdx": others.vhdx,
    "vdi": others.vdi,
    "vhd": others.vhd,
    "iso": others.iso,
}
SAFETY = ("qcow2", "vmdk", "vhdx", "vdi")
WORDS: Mapping[str, str] = {
    "backing_file": "A qcow2 image must not refer to other files: it has a backing file.",
    "data_file": "A qcow2 image must not refer to other files: it has a data file.",
    "unknown_features": "The qcow2 image needs features that are not known here.",
    "descriptor": "Only monolithic sparse and stream-optimized VMDK images are accepted, "
    "which name no other files.",
    "footer": "The VMDK image's footer does not fit its header.",
}


def look(disk_format: str, image: Image) -> int:
    """The virtual size. Raises Refused, and anything when the bytes make no sense."""
    found = signatures(image)
    allowed = SIGNATURES.get(disk_format, RAW)
    odd = sorted(found - allowed)
    if odd or (disk_format in {*SAFETY, "iso"} and disk_format not in found):
        what = f": it looks like {' and '.join(odd)}" if odd and odd != ["raw"] else ""
        raise Refused(f"The data is no {disk_format} image, as disk_format says{what}.")
    if disk_format in SAFETY:
        safety(disk_format, image)
    return CHECKS.get(disk_format, _as_it_is)(image)


def signatures(image: Image) -> set[str]:
    """The formats that these bytes could be."""
    head = image.read(0, HEAD)
    found = format_inspector.InspectWrapper(Pieces(head))  # type: ignore[arg-type]  # it only reads
    while found.read(PIECE):
        pass
    found.close()
    described = {"vmdk"} if head.lstrip().lower().startswith(DESCRIPTOR) else set()
    return {str(each) for each in found.formats or ()} | described


class Pieces:
    """Bytes to be read."""

    def __init__(self, content: bytes) -> None:
        """All of them."""
        self._content = content

    def read(self, size: int) -> bytes:
        """The next ones."""
        piece, self._content = self._content[:size], self._content[size:]
        return piece


def safety(disk_format: str, image: Image) -> None:
    """Let oslo.utils look. Raises Refused."""
    known = format_inspector.get_inspector(disk_format)
    if known is None:
        raise LookupError(disk_format)
    inspector: Any = known()
    place = 0
    while place < min(PREFIX, image.size) and not inspector.complete:
        inspector.eat_chunk(image.read(place, PIECE))
        place += PIECE
    if inspector.has_region("footer"):
        inspector.eat_chunk(image.read(image.size - TAIL, TAIL))
    inspector.finish()
    try:
        inspector.safety_check()
    except format_inspector.SafetyCheckFailed as error:
        raise Refused(" ".join(WORDS.get(name, name) for name in error.failures)) from error


def ask(start: int, length: int) -> bytes:
    """A range, from our parent."""
    os.write(1, f"{start} {length}\n".encode())
    return exactly(int.from_bytes(exactly(4)))


def exactly(length: int) -> bytes:
    """So many bytes of what we are told."""
    found = bytearray()
    while len(found) < length:
        piece = os.read(0, length - len(found))
        if not piece:
            raise SystemExit(1)
        found += piece
    return bytes(found)


def main() -> None:
    """Look, and say."""
    logging.disable()
    length = exactly(1)[0]
    disk_format, size = exactly(length).decode().split()
    confine(seconds=SECONDS, memory=MEMORY, file_size=0, files=0)
    try:
        said = f"= {look(disk_format, Image(int(size), ask))}\n"
    except Refused as error:
        said = f"! {error}\n"
    except Exception:  # noqa: BLE001 - whatever strange bytes do to a parser, they are refused
        said = f"! The data cannot be read as {disk_format}: it is broken or truncated.\n"
    os.write(1, said.encode())


if __name__ == "__main__":
    main()
