"""qcow2 beyond what oslo.utils looks at: sizes of tables, and whether they are there.

Source: QEMU's description of the qcow2 format.
"""

from cyclades.adapters.inspection.bytes_in import Image, Refused, places, sane

HEADER = ">4sIQIIQIIQQIIQ"  # to the end of version 2's
V3 = 3
EXTENSIONS_END, DATA_FILE = 0, 0x44415441
CLUSTER_BITS = range(9, 22)
MOST_L1 = 4 << 20  # entries, as QEMU
MOST_REFCOUNTS = 8 << 20  # bytes of the table, as QEMU
MOST_SNAPSHOTS = 64
MOST_LOOKED_AT = 256  # tables of the second level
OFFSET = 0x00FFFFFFFFFFFE00
COMPRESSED = 1 << 62


def check(image: Image) -> int:
    """The virtual size. Raises Refused."""
    _, version, backing, _, bits, size, crypt, l1_size, l1, refcounts, clusters, snapshots, _ = (
        image.unpack(HEADER, 0)
    )
    if backing:
        raise Refused("A qcow2 image must not refer to other files: it has a backing file.")
    if crypt:
        raise Refused("Encrypted qcow2 images are not accepted.")
    sane(bits in CLUSTER_BITS, "its cluster size")
    cluster = 1 << bits
    sane(l1_size <= MOST_L1, "the size of its L1 table")
    sane(l1_size * (cluster // 8) * cluster >= size, "the size of its L1 table")
    sane(clusters * cluster <= MOST_REFCOUNTS, "the size of its refcount table")
    sane(snapshots <= MOST_SNAPSHOTS, "the number of its snapshots")
    sane(l1 % cluster == 0 and refcounts % cluster == 0, "where its tables are")
    image.holds(l1, l1_size * 8, "L1 table")
    image.holds(refcounts, clusters * cluster, "refcount table")
    if version >= V3:
        extensions(image, cluster)
    tables = [entry & OFFSET for entry in places(image, l1, l1_size, ">Q") if entry & OFFSET]
    for table in tables:
        image.holds(table, cluster, "L2 table")
    for table in tables[:MOST_LOOKED_AT]:
        clusters_of(image, table, bits)
    return int(size)


def extensions(image: Image, cluster: int) -> None:
    """Raises Refused when a header extension names a file."""
    (place,) = image.unpack(">I", 100)
    while place + 8 <= cluster:
        kind, length = image.unpack(">II", place)
        if kind == EXTENSIONS_END:
            return
        if kind == DATA_FILE:
            raise Refused("A qcow2 image must not refer to other files: it has a data file.")
        place += 8 + -(-length // 8) * 8
    sane(place <= cluster, "its header")


def clusters_of(image: Image, table: int, bits: int) -> None:
    """Raises Refused when a cluster begins beyond the image's end."""
    packed = (1 << (62 - (bits - 8))) - 1
    for entry in places(image, table, (1 << bits) // 8, ">Q"):
        place = entry & packed if entry & COMPRESSED else entry & OFFSET
        if place >= image.size:
            raise Refused("The image is truncated.")
