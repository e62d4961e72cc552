"""Small disk images in several formats, good ones and evil ones."""

import struct
import subprocess
from pathlib import Path
from typing import Any

CLUSTER = 1 << 16
HEADER = ">4sIQIIQIIQQIIQQQQII"
DATA_FILE, BACKING_FORMAT = 0x44415441, 0xE2792ACA


def qcow2(data: bytes = b"", size: int | None = None, tail: bytes = b"", **fields: Any) -> bytes:
    """A qcow2 image of one cluster of data; `tail` follows its header, fields go in there.

    Clusters: header, refcount table, refcount block, L1, L2, data.
    """
    told = {
        "magic": b"QFI\xfb",
        "version": 3,
        "backing": 0,
        "backing_size": 0,
        "cluster_bits": 16,
        "size": len(data) if size is None else size,
        "crypt": 0,
        "l1_size": 1,
        "l1": 3 * CLUSTER,
        "refcounts": CLUSTER,
        "refcount_clusters": 1,
        "snapshots": 0,
        "snapshots_at": 0,
        "incompatible": 0,
        "compatible": 0,
        "autoclear": 0,
        "refcount_order": 4,
        "header_length": 104,
    } | fields
    used = 1 << 63
    clusters = [
        struct.pack(HEADER, *told.values()) + tail,
        struct.pack(">Q", 2 * CLUSTER),
        struct.pack(">6H", *[1] * 6),
        struct.pack(">Q", 4 * CLUSTER | used),
        struct.pack(">Q", (5 * CLUSTER | used) if data else 0),
        data,
    ]
    return b"".join(each.ljust(CLUSTER, b"\0") for each in clusters)


def extension(kind: int, content: bytes) -> bytes:
    """A header extension of a qcow2 image."""
    return struct.pack(">II", kind, len(content)) + content.ljust(-(-len(content) // 8) * 8, b"\0")


def converted(folder: Path, raw: bytes, kind: str, *options: str) -> bytes:
    """What qemu-img makes of a raw disk; `kind` is its name of the format."""
    source, target = folder / "raw", folder / f"{kind}-image"
    source.write_bytes(raw)
    command = ["qemu-img", "convert", "-f", "raw", "-O", kind, *options]
    subprocess.run([*command, str(source), str(target)], check=True, timeout=60)
    return target.read_bytes()
