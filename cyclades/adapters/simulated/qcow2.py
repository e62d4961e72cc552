"""Raw bytes as a qcow2 file, without holes' bytes. Source: QEMU's docs/interop/qcow2.txt."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

BITS: Final = 16
CLUSTER: Final = 1 << BITS
SECTOR: Final = 512
ENTRY: Final = 8  # bytes of a table's entry
PER_TABLE: Final = CLUSTER // ENTRY
PER_BLOCK: Final = CLUSTER // 2  # counts of 16 bits
USED: Final = 1 << 63  # the cluster has one reference: this one
HEADER: Final = struct.Struct(">4sIQIIQIIQQIIQ")


def as_qcow2(source: Path | None, size: int) -> Iterator[bytes]:
    """A disk of `size` bytes that begins with the source's (None: blank), in pieces."""
    size, full = -(-size // SECTOR) * SECTOR, list(_used(source))
    tables = sorted({number // PER_TABLE for number in full})
    entries = -(-max(size, 1) // (CLUSTER * PER_TABLE))
    level1 = -(-entries * ENTRY // CLUSTER)  # clusters
    fixed = 1 + level1 + len(tables) + len(full)
    blocks = 1
    while blocks * PER_BLOCK < fixed + blocks + _index(blocks):
        blocks += 1
    # Header, index of counts, counts, level 1, level 2, data.
    counts_at = 1 + _index(blocks)
    level1_at = counts_at + blocks
    level2_at = level1_at + level1
    data_at = level2_at + len(tables)
    places = {number: data_at + order for order, number in enumerate(full)}
    yield _padded(
        HEADER.pack(
            *(b"QFI\xfb", 2, 0, 0, BITS, size, 0, entries),
            *(level1_at * CLUSTER, CLUSTER, _index(blocks), 0, 0),
        )
    )
    index = b"".join(struct.pack(">Q", (counts_at + n) * CLUSTER) for n in range(blocks))
    yield _padded(index, _index(blocks))
    total = data_at + len(full)
    yield _padded(struct.pack(">H", 1) * total, blocks)
    where = {table: level2_at + order for order, table in enumerate(tables)}
    yield _padded(_offsets(where.get(n, 0) for n in range(entries)), level1)
    for table in tables:
        first = table * PER_TABLE
        yield _offsets(places.get(first + n, 0) for n in range(PER_TABLE))
    if source is not None:
        with source.open("rb") as file:
            for number in full:
                file.seek(number * CLUSTER)
                yield _padded(file.read(CLUSTER))


def _index(blocks: int) -> int:
    """Clusters of the table that says where counts are."""
    return -(-blocks // PER_TABLE)


def _used(source: Path | None) -> Iterator[int]:
    """Numbers of the clusters that are not all zeros."""
    if source is None:
        return
    with source.open("rb") as file:
        number = 0
        while piece := file.read(CLUSTER):
            if piece.strip(b"\0"):
                yield number
            number += 1


def _offsets(clusters: Iterator[int]) -> bytes:
    return b"".join(struct.pack(">Q", n * CLUSTER | USED if n else 0) for n in clusters)


def _padded(content: bytes, clusters: int = 1) -> bytes:
    return content.ljust(clusters * CLUSTER, b"\0")
