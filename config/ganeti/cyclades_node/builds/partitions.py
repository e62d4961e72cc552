"""Where the root file system lies on a disk, and room for it. The kernel is told nothing of it."""

from __future__ import annotations

import json
from typing import NamedTuple

from cyclades_node.builds.disk import size_of
from cyclades_node.builds.tools import ToolFailed, run

SECTOR = 512
EXT_MAGIC = b"\x53\xef"
EXT_AT = 1024 + 56
# Tables keep out of each other's way, and of the kernel's and udev's.
QUIETLY = (
    *("--force", "--no-reread", "--no-tell-kernel"),
    *("--wipe", "never", "--wipe-partitions", "never"),
)
NOT_ROOT = frozenset(
    {
        *("5", "f", "85", "82", "8e", "ef", "ee"),  # extended, swap, LVM, EFI
        "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",  # EFI
        "21686148-6449-6E6F-744E-656564454649",  # GRUB's
        "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F",  # swap
        "E6D6D379-F507-44C2-A23C-238F2A3DF928",  # LVM
        "BC13C2FF-59E6-4262-A352-B275FD6F7172",  # /boot
    }
)
LOGICAL = 5  # the first number of a logical partition, in a table of DOS's kind


class Partition(NamedTuple):
    """`number` counts from 1; 0: the whole disk. `start` and `size` in bytes.

    `last`: nothing lies behind it.
    """

    number: int
    start: int
    size: int
    kind: str
    last: bool
    label: str

    @property
    def growable(self) -> bool:
        """Whether it can have what is free behind it."""
        inside = self.label == "dos" and self.number >= LOGICAL
        return self.last and self.number > 0 and not inside


def partitions(path: str) -> list[Partition]:
    """In the table's order; empty without one. Raises OSError."""
    try:
        said = json.loads(run("sfdisk", "--json", path).out)["partitiontable"]
    except (ToolFailed, ValueError, KeyError):
        return []
    if said.get("unit") != "sectors" or int(said.get("sectorsize", SECTOR)) != SECTOR:
        return []
    found = [each for each in said.get("partitions", []) if str(each["node"]).startswith(path)]
    end = max((int(each["start"]) + int(each["size"]) for each in found), default=0)
    return [
        Partition(
            int(str(each["node"])[len(path) :].lstrip("p")),
            int(each["start"]) * SECTOR,
            int(each["size"]) * SECTOR,
            str(each["type"]),
            int(each["start"]) + int(each["size"]) == end,
            str(said["label"]),
        )
        for each in found
    ]


def ext_partitions(path: str, wanted: int | None) -> list[Partition]:
    """Those that may be the root and that we can change, the largest first; or the whole disk.

    Raises OSError.
    """
    found = partitions(path)
    if not found:
        found = [Partition(0, 0, size_of(path), "", last=True, label="")]
    elif wanted is not None:
        found = [each for each in found if each.number == wanted]
    able = [each for each in found if each.kind not in NOT_ROOT and is_ext(path, each.start)]
    return sorted(able, key=lambda each: each.size, reverse=True)


def grow(path: str, partition: Partition) -> Partition:
    """Give it what is free behind it. Raises ToolFailed, OSError."""
    run("sfdisk", *QUIETLY, "-N", str(partition.number), path, fed=b"size=+\n", writes=[path])
    return next(each for each in partitions(path) if each.number == partition.number)


def is_ext(path: str, start: int) -> bool:
    """Whether a file system that we can change begins there. Raises OSError."""
    with open(path, "rb") as disk:  # noqa: PTH123  a device
        disk.seek(start + EXT_AT)
        return disk.read(len(EXT_MAGIC)) == EXT_MAGIC
