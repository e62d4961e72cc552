"""Disk 0 from an image: what is written has been checked, and is what was declared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cyclades_node.builds.desk import Desk
from cyclades_node.builds.disk import Disk
from cyclades_node.builds.foreign import names_others
from cyclades_node.builds.orders import Image
from cyclades_node.builds.telling import Telling
from cyclades_node.builds.tools import ToolFailed, patience_for, run
from cyclades_node.builds.trouble import BuildFailed
from cyclades_node.builds.work import work_folder

# Glance's word for a format that is as it lies on a disk.
PLAIN = frozenset({"raw", "iso", "ami"})
# Glance's words and qemu's.
CONVERTED: Mapping[str, str] = {
    "qcow2": "qcow2",
    "vmdk": "vmdk",
    "vhd": "vpc",
    "vhdx": "vhdx",
    "vdi": "vdi",
}
# VHD says its size in two ways; the other one is rounded to cylinders.
OPTIONS: Mapping[str, Mapping[str, Any]] = {"vhd": {"force_size_calc": "current_size"}}
UNLIKE = "The image is not what its format says, or is damaged."
FETCHED = 70.0  # percent of a conversion's progress


def fill(disk: Disk, image: Image, desk: Desk, work: Path, telling: Telling) -> None:
    """Raises BuildFailed, ToolFailed, OSError."""
    disk.require(max(image.virtual_size, image.size if image.disk_format in PLAIN else 0))
    telling.say("Copying the image to the disk.")
    if image.disk_format in PLAIN:
        disk.clear()
        for written in disk.write(desk.read(image)):
            telling.copied(100 * written / image.size)
        return
    if image.disk_format not in CONVERTED:
        raise BuildFailed(f"Images in the format {image.disk_format} cannot become disks.")
    with work_folder(work) as folder:
        fetched = folder / "image"
        with fetched.open("wb") as file:
            for position, chunk in _counted(desk.read(image)):
                file.write(chunk)
                telling.copied(FETCHED * position / image.size)
        disk.clear()
        _convert(fetched, image.disk_format, disk)
    telling.copied(100)


def _counted(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    position = 0
    for chunk in chunks:
        position += len(chunk)
        yield position, chunk


def _convert(image: Path, image_format: str, disk: Disk) -> None:
    """The format is the declared one, and nothing is probed, nor looked for in another file."""
    if names_others(image, image_format):
        raise BuildFailed(UNLIKE)
    file = {"driver": "file", "filename": str(image)}
    source: dict[str, Any] = {"driver": CONVERTED[image_format], "file": file}
    source |= OPTIONS.get(image_format, {})
    if image_format == "qcow2":
        source["backing"] = None
    # In a file that was just cleared zeros need not be written; on a device they must be.
    how = ("-t", "writeback", "--target-is-zero") if disk.is_file else ("-t", "none", "-S", "0")
    driver = "file" if disk.is_file else "host_device"
    target = {"driver": "raw", "file": {"driver": driver, "filename": disk.path}}
    names = (f"json:{json.dumps(each)}" for each in (source, target))
    try:
        patience = patience_for(disk.size)
        run(
            "qemu-img",
            "convert",
            "-n",
            *how,
            *names,
            largest=disk.size,
            patience=patience,
            writes=[disk.path],
        )
    except ToolFailed as error:
        print(error)
        raise BuildFailed(UNLIKE) from error
