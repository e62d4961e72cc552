"""Other formats beyond what oslo.utils looks at: parents, sizes of tables, truncation.

Sources: the specifications of VHD, VHDX, VMDK; QEMU's block/vdi.c.
"""

from uuid import UUID

from cyclades.adapters.inspection.bytes_in import Image, Refused, places, sane

SECTOR = 512
MOST_ENTRIES = 1 << 25  # of a table of blocks
PARENT = "A {} image must not refer to other files: it has a parent."
FIXED, DYNAMIC, DIFFERENCING = 2, 3, 4
FOOTER = ">8sIIQI4sI4sQQII"  # of a VHD, to its type
COOKIE = b"conectix"
REGIONS = 192 << 10
MOST_ITEMS = 2047  # of VHDX's tables of regions and of metadata
METADATA_REGION = UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
BLOCKS = UUID("2dc27766-f623-4200-9d64-115e9bfd4a08")
FILE_PARAMETERS = UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b")
DISK_SIZE = UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8")
HAS_PARENT = 2
SPARSE = "<4sIIQQQQIQQ"  # of a VMDK's header
AT_END = (1 << 64) - 1
NO_PARENT = "ffffffff"
MOST_GRAIN, MOST_TABLE = 1 << 18, 512
MOST_LOOKED_AT = 4096  # tables of grains
DYNAMIC_VDI, STATIC_VDI = 1, 2
UNUSED = (1 << 32) - 1
STATE, PRESENT = 7, 6  # of an entry in a VHDX's table of blocks


def vhd(image: Image) -> int:
    """The virtual size. Raises Refused."""
    _, _, _, header, _, _, _, _, _, size, _, kind = image.unpack(FOOTER, image.size - SECTOR)
    if image.read(image.size - SECTOR, 8) != COOKIE:
        raise Refused("The image is truncated: a VHD ends with its footer.")
    if kind == DIFFERENCING:
        raise Refused(PARENT.format("VHD"))
    sane(kind in {FIXED, DYNAMIC}, "its type")
    if kind == FIXED:
        image.holds(0, size + SECTOR, "data")
        return int(size)
    cookie, _, table, _, entries, block = image.unpack(">8sQQIII", header)
    sane(cookie == b"cxsparse", "its header")
    sane(block >= SECTOR and block & (block - 1) == 0, "its block size")
    sane(entries <= MOST_ENTRIES and entries * block >= size, "the size of its table")
    for place in places(image, table, entries, ">I"):
        image.holds(0 if place == UNUSED else place * SECTOR, 1, "data")
    return int(size)


def vhdx(image: Image) -> int:
    """The virtual size. Raises Refused."""
    (count,) = image.unpack("<I", REGIONS + 8)
    sane(count <= MOST_ITEMS, "its table of regions")
    regions = {
        UUID(bytes_le=guid): (place, length)
        for guid, place, length, _ in (
            image.unpack("<16sQII", REGIONS + 16 + 32 * number) for number in range(count)
        )
    }
    sane({METADATA_REGION, BLOCKS} <= regions.keys(), "its table of regions")
    for place, length in regions.values():
        image.holds(place, length, "table")
    start, _ = regions[METADATA_REGION]
    signature, _, count = image.unpack("<8sHH", start)
    sane(signature == b"metadata" and count <= MOST_ITEMS, "its metadata")
    items = {
        UUID(bytes_le=guid): start + place
        for guid, place, _ in (
            image.unpack("<16sII", start + 32 + 32 * number) for number in range(count)
        )
    }
    sane({FILE_PARAMETERS, DISK_SIZE} <= items.keys(), "its metadata")
    block, flags = image.unpack("<II", items[FILE_PARAMETERS])
    if flags & HAS_PARENT:
        raise Refused(PARENT.format("VHDX"))
    sane(block >= 1 << 20 and block & (block - 1) == 0, "its block size")
    (size,) = image.unpack("<Q", items[DISK_SIZE])
    sane(size // block <= MOST_ENTRIES, "the size of its table")
    table, length = regions[BLOCKS]
    for entry in places(image, table, length // 8, "<Q"):
        image.holds(entry >> 20 << 20 if entry & STATE == PRESENT else 0, 1, "data")
    return int(size)


def vmdk(image: Image) -> int:
    """The virtual size. Raises Refused."""
    where = 0
    header = image.unpack(SPARSE, where)
    if header[-1] == AT_END:  # a stream's header is at its end
        where = image.size - 2 * SECTOR
        header = image.unpack(SPARSE, where)
    magic, _, _, capacity, grain, described, length, entries, _, directory = header
    sane(magic == b"KDMV", "its footer")
    sane(0 < grain <= MOST_GRAIN and grain & (grain - 1) == 0, "its grain size")
    sane(0 < entries <= MOST_TABLE, "the size of its tables")
    tables = -(-capacity // (grain * entries))
    sane(tables <= MOST_ENTRIES, "the size of its directory")
    for number, table in enumerate(places(image, directory * SECTOR, tables, "<I")):
        image.holds(table * SECTOR, entries * 4 if table else 0, "table of grains")
        if table and number < MOST_LOOKED_AT:
            for place in places(image, table * SECTOR, entries, "<I"):
                image.holds(place * SECTOR, 1, "data")
    text = image.read(described * SECTOR, min(length * SECTOR, 1 << 20))
    lines = text.split(b"\0", 1)[0].decode("ascii", "replace").lower().splitlines()
    said = {name.strip(): value.strip() for name, is_, value in (x.partition("=") for x in lines)}
    if said.get("parentcid", NO_PARENT) != NO_PARENT or "parentfilenamehint" in said:
        raise Refused(PARENT.format("VMDK"))
    extents = [line.split() for line in lines if line.startswith(("rw ", "rdonly ", "noaccess "))]
    if [extent[2:3] for extent in extents] != [["sparse"]]:
        raise Refused("A VMDK image must be one file: it names extents elsewhere.")
    return int(capacity) * SECTOR


def vdi(image: Image) -> int:
    """The virtual size. Raises Refused."""
    (kind,) = image.unpack("<I", 0x4C)
    links = image.whole(0x1A8, 32)
    if links.strip(b"\0") or kind not in {DYNAMIC_VDI, STATIC_VDI}:
        raise Refused(PARENT.format("VDI"))
    table, data = image.unpack("<II", 0x154)
    size, block, _, blocks = image.unpack("<QIII", 0x170)
    sane(block == 1 << 20, "its block size")
    sane(blocks <= MOST_ENTRIES and blocks * block >= size, "the size of its table")
    for place in places(image, table, blocks, "<I"):
        image.holds(data + place * block if place < UNUSED - 1 else 0, 1, "data")
    return int(size)


def iso(image: Image) -> int:
    """The image itself is the disk. Raises Refused."""
    kind, blocks, block = (image.unpack("<B79xI44xH", 32 << 10)) if image.size else (0, 0, 0)
    if kind == 1 and blocks * block > image.size:
        raise Refused("The image is truncated.")
    return image.size
