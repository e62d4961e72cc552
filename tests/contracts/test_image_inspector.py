"""What any ImageInspector does: declared formats are looked at, evil images refused."""

import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from cyclades.adapters.inspection.inspector import SandboxedInspector
from cyclades.domain.model.errors import Unavailable
from cyclades.domain.model.image import DISK_FORMATS
from cyclades.domain.model.image_formats import WrongFormat
from cyclades.ports.image_inspector import ImageInspector
from tests.harness.disk_images import (
    BACKING_FORMAT,
    CLUSTER,
    DATA_FILE,
    converted,
    extension,
    qcow2,
)

MIB = 1 << 20
RAW = bytes(range(256)) * 4096 + bytes(2 * MIB) + b"end".ljust(512)
SIZE = len(RAW)
# Our name of a format, qemu-img's, and options.
KINDS: Mapping[str, tuple[str, ...]] = {
    "qcow2": ("qcow2",),
    "qcow2 of version 2": ("qcow2", "-o", "compat=0.10"),
    "qcow2 compressed": ("qcow2", "-c"),
    "vmdk": ("vmdk",),
    "vmdk stream": ("vmdk", "-o", "subformat=streamOptimized"),
    "vhd": ("vpc", "-o", "force_size=on"),
    "vhd fixed": ("vpc", "-o", "subformat=fixed,force_size=on"),
    "vhdx": ("vhdx",),
    "vdi": ("vdi",),
    "vdi static": ("vdi", "-o", "static=on"),
}
ISO = bytes(32 << 10) + struct.pack("<B5sB73xI44xH", 1, b"CD001", 1, 20, 2048).ljust(2048, b"\0")


@pytest.fixture
def inspector() -> ImageInspector:
    return SandboxedInspector()


def look(inspector: ImageInspector, disk_format: str, data: bytes) -> int:
    return inspector.virtual_size(
        disk_format, len(data), lambda start, length: data[start : start + length]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_good_ones_and_their_halves(inspector: ImageInspector, tmp_path: Path, kind: str) -> None:
    data, disk_format = converted(tmp_path, RAW, *KINDS[kind]), kind.split(maxsplit=1)[0]
    assert look(inspector, disk_format, data) == SIZE
    with pytest.raises(WrongFormat):
        look(inspector, disk_format, data[: len(data) // 2])
    if kind != "vhd fixed":  # which is a raw one with something behind it
        with pytest.raises(WrongFormat, match="looks like"):
            look(inspector, "raw", data)


@pytest.mark.parametrize("disk_format", ["raw", "ami", "aki", "ari", "ploop"])
def test_what_has_no_inside_is_as_big_as_it_is(inspector: ImageInspector, disk_format: str) -> None:
    assert look(inspector, disk_format, RAW) == SIZE
    assert disk_format in DISK_FORMATS


def test_an_iso(inspector: ImageInspector) -> None:
    whole = ISO.ljust(20 * 2048, b"\0")
    assert look(inspector, "iso", whole) == len(whole)
    for disk_format, data in (("iso", ISO), ("iso", RAW), ("raw", whole)):
        with pytest.raises(WrongFormat):
            look(inspector, disk_format, data)


def test_a_raw_disk_has_partitions(inspector: ImageInspector) -> None:
    entry = struct.pack("<B3BB3BII", 0x80, 0, 2, 0, 0x83, 0, 0, 0, 2048, 4096)
    disk = (bytes(446) + entry).ljust(510, b"\0") + b"\x55\xaa" + bytes(MIB)
    assert look(inspector, "raw", disk) == len(disk)


@pytest.mark.parametrize("disk_format", [each for each in DISK_FORMATS if each != "ploop"])
def test_nothing_at_all(inspector: ImageInspector, disk_format: str) -> None:
    if disk_format in {"raw", "aki", "ari", "ami"}:
        assert look(inspector, disk_format, b"") == 0
    else:
        with pytest.raises(WrongFormat):
            look(inspector, disk_format, b"")


GOOD = qcow2(b"data", MIB)
EVIL_QCOW2: Mapping[str, tuple[bytes, str]] = {
    "backing file": (qcow2(backing=112, backing_size=11, tail=b"/etc/shadow"), "backing file"),
    "backing format": (
        qcow2(backing=200, tail=extension(BACKING_FORMAT, b"raw") + bytes(8)),
        "backing file",
    ),
    "data file by feature": (qcow2(incompatible=4), "data file"),
    "data file by name": (qcow2(tail=extension(DATA_FILE, b"/etc/shadow") + bytes(8)), "data file"),
    "unknown feature": (qcow2(incompatible=1 << 40), "features"),
    "unknown version": (qcow2(version=4), "features"),
    "encrypted": (qcow2(crypt=1), "Encrypted"),
    "exabytes in a small table": (qcow2(size=1 << 60), "L1"),
    "huge table": (qcow2(size=1 << 60, l1_size=(1 << 32) - 1), "L1"),
    "table beyond the end": (qcow2(l1=1 << 40), "beyond"),
    "table at an odd place": (qcow2(l1=3), "tables"),
    "huge refcounts": (qcow2(refcount_clusters=1 << 30), "refcount"),
    "tiny clusters": (qcow2(cluster_bits=3), "cluster"),
    "huge clusters": (qcow2(cluster_bits=63), "cluster"),
    "many snapshots": (qcow2(snapshots=1 << 31), "snapshots"),
    "second table nowhere": (
        GOOD[: 3 * CLUSTER] + struct.pack(">Q", 1 << 50) + bytes(100),
        "beyond",
    ),
    "cut off": (GOOD[: 5 * CLUSTER], "truncated"),
    "a header alone": (GOOD[:104], "disk_format|broken"),
    "an extension without an end": (qcow2(tail=struct.pack(">II", 1, (1 << 32) - 1)), "header"),
    "nothing but its name": (b"QFI\xfb", "disk_format|broken"),
}


@pytest.mark.parametrize("name", EVIL_QCOW2)
def test_evil_qcow2(inspector: ImageInspector, name: str) -> None:
    data, why = EVIL_QCOW2[name]
    with pytest.raises(WrongFormat, match=why):
        look(inspector, "qcow2", data)


def test_two_formats_at_once(inspector: ImageInspector) -> None:
    both = bytearray(GOOD)
    both[32 << 10 : (32 << 10) + len(ISO) - (32 << 10)] = ISO[32 << 10 :]
    for disk_format in ("qcow2", "iso", "raw"):
        with pytest.raises(WrongFormat):
            look(inspector, disk_format, bytes(both))


FLAT = b'# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType="%s"\n%s\n'
EXTENT = b'RW 2048 FLAT "/etc/shadow" 0'


@pytest.mark.parametrize("kind", [b"monolithicFlat", b"vmfs", b"twoGbMaxExtentSparse", b"custom"])
@pytest.mark.parametrize("disk_format", ["vmdk", "raw", "qcow2"])
def test_descriptors_of_other_files(
    inspector: ImageInspector, disk_format: str, kind: bytes
) -> None:
    with pytest.raises(WrongFormat):
        look(inspector, disk_format, (FLAT % (kind, EXTENT)).ljust(1024, b"\0"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'createType="monolithicSparse"', b'createType="monolithicFlat"  '),
        (b"parentCID=ffffffff", b"parentCID=12345678"),
        (b" SPARSE ", b" FLAT   "),
        (b"# Extent description", b'RW 1 SPARSE "second"'),
        (b"# Extent description", b'RW 1 FLAT "/etc/x" 0'),
    ],
)
def test_vmdk_that_names_others(
    inspector: ImageInspector, tmp_path: Path, before: bytes, after: bytes
) -> None:
    data = converted(tmp_path, RAW, "vmdk")
    assert before in data
    with pytest.raises(WrongFormat, match="VMDK"):
        look(inspector, "vmdk", data.replace(before, after, 1))


def differing_vhd(data: bytes) -> bytes:
    footer = data[-512:-452] + struct.pack(">I", 4) + data[-448:]
    return footer + data[512:-512] + footer


def vhdx_with_parent(data: bytes) -> bytes:
    place = data.index(struct.pack("<II", 8 << 20, 0), MIB)
    return data[:place] + struct.pack("<II", 8 << 20, 2) + data[place + 8 :]


CHILDREN: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
    "vhd": ("vpc", differing_vhd),
    "vhdx": ("vhdx", vhdx_with_parent),
    "vdi": ("vdi", lambda data: data[:0x4C] + struct.pack("<I", 4) + data[0x50:]),
}


@pytest.mark.parametrize("disk_format", CHILDREN)
def test_children_of_other_files(
    inspector: ImageInspector, tmp_path: Path, disk_format: str
) -> None:
    kind, change = CHILDREN[disk_format]
    with pytest.raises(WrongFormat, match="parent"):
        look(inspector, disk_format, change(converted(tmp_path, RAW, kind)))


def test_errors_of_the_store_are_the_stores(inspector: ImageInspector) -> None:
    def broken(start: int, length: int) -> bytes:
        raise Unavailable(f"{start} {length}")

    with pytest.raises(Unavailable):
        inspector.virtual_size("qcow2", SIZE, broken)


def test_a_store_that_gives_less_than_it_has(inspector: ImageInspector) -> None:
    with pytest.raises(WrongFormat):
        inspector.virtual_size("qcow2", SIZE, lambda _start, _length: b"")
