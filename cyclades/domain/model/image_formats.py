"""What the first bytes of an image say.

Source: QEMU's description of the qcow2 format (header, big-endian).
"""

import struct

from cyclades.domain.model.errors import InvalidInput

HEAD = 128  # bytes that a look needs
QCOW2_MAGIC = b"QFI\xfb"
QCOW2_BACKING_FILE = slice(8, 16)
QCOW2_VIRTUAL_SIZE = slice(24, 32)
QCOW2_FEATURES = slice(72, 80)
QCOW2_EXTERNAL_DATA = 1 << 2
QCOW2_WITH_FEATURES = 3  # the version whose header has them


class WrongFormat(InvalidInput):
    """The bytes are not what the image's disk_format promises."""


def virtual_size(disk_format: str | None, head: bytes, size: int) -> int | None:
    """Bytes of the disk inside, None where we do not look. Raises WrongFormat."""
    if disk_format == "raw":
        return size
    if disk_format == "qcow2":
        return _qcow2(head)
    return None


def _qcow2(head: bytes) -> int:
    if len(head) < QCOW2_VIRTUAL_SIZE.stop or not head.startswith(QCOW2_MAGIC):
        raise WrongFormat("The data is no qcow2 image, as disk_format says.", "disk_format")
    version = _number(head[4:8])
    features = _number(head[QCOW2_FEATURES]) if version >= QCOW2_WITH_FEATURES else 0
    # Both would make a cluster read files of its own that the image's owner names.
    if _number(head[QCOW2_BACKING_FILE]) or features & QCOW2_EXTERNAL_DATA:
        raise WrongFormat("A qcow2 image must not refer to other files.", "disk_format")
    return _number(head[QCOW2_VIRTUAL_SIZE])


def _number(raw: bytes) -> int:
    kind = {4: ">I", 8: ">Q"}.get(len(raw))
    return int(struct.unpack(kind, raw)[0]) if kind else 0
