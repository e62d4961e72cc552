"""Images that would read other files of this node.

They are refused when they are uploaded; here is the last look, because qemu-img follows them.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Callable

HEAD = 2**20  # bytes
V3 = 3
EXTERNAL_DATA = 1 << 2  # source: qemu's docs/interop/qcow2.txt, incompatible features
NO_PARENT = re.compile(rb"parentCID\s*=\s*f{8}\b", re.IGNORECASE)
PARENT = re.compile(rb"parentCID|parentFileNameHint", re.IGNORECASE)
VDI = 0xBEDA107F  # source: VirtualBox, VDICore.h
DYNAMIC, FIXED = 3, 2  # source: Microsoft's "Virtual Hard Disk Image Format Specification"
VHDX_PARENT = "parent_linkage".encode("utf-16-le")


def names_others(path: Path, image_format: str) -> bool:
    """Whether the image says that some of its bytes are elsewhere, or is not of its format."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(max(0, path.stat().st_size - 512))
        tail = file.read(512)
    try:
        return LOOKS[image_format](head, tail)
    except struct.error:
        return True


def _qcow2(head: bytes, _tail: bytes) -> bool:
    magic, version, backing = struct.unpack_from(">4sIQ", head)
    features = struct.unpack_from(">Q", head, 72)[0] if version >= V3 else 0
    return magic != b"QFI\xfb" or backing != 0 or bool(features & EXTERNAL_DATA)


def _vmdk(head: bytes, _tail: bytes) -> bool:
    # A descriptor in text names its extents; so does one instead of a capacity.
    magic, _version, _flags, capacity = struct.unpack_from("<4sIIQ", head)
    return magic != b"KDMV" or not capacity or bool(PARENT.search(NO_PARENT.sub(b"", head)))


def _vhd(head: bytes, tail: bytes) -> bool:
    footer = head if head.startswith(b"conectix") else tail
    (kind,) = struct.unpack_from(">I", footer, 60)
    return not footer.startswith(b"conectix") or kind not in {DYNAMIC, FIXED}


def _vhdx(head: bytes, _tail: bytes) -> bool:
    return not head.startswith(b"vhdxfile") or VHDX_PARENT in head


def _vdi(head: bytes, _tail: bytes) -> bool:
    (signature,) = struct.unpack_from("<I", head, 64)
    (kind,) = struct.unpack_from("<I", head, 76)
    return bool(signature != VDI or kind not in {1, 2})


LOOKS: Mapping[str, Callable[[bytes, bytes], bool]] = {
    "qcow2": _qcow2,
    "vmdk": _vmdk,
    "vhd": _vhd,
    "vhdx": _vhdx,
    "vdi": _vdi,
}
