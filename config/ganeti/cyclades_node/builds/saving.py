"""Disk 0 becomes the bytes of an image or a backup."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from cyclades_node.builds.desk import Desk
from cyclades_node.builds.disk import Disk, chunks_of, size_of
from cyclades_node.builds.filling import CONVERTED, PLAIN
from cyclades_node.builds.telling import Telling
from cyclades_node.builds.tools import ToolFailed, patience_for, run
from cyclades_node.builds.trouble import BuildFailed
from cyclades_node.builds.work import work_folder


def save(disk: Disk, disk_format: str, desk: Desk, work: Path, telling: Telling) -> None:
    """Raises BuildFailed, OSError."""
    telling.say("Sending the disk to the cloud.")
    if disk_format in PLAIN:
        _send(disk.path, disk_format, desk, telling)
        return
    if disk_format not in CONVERTED:
        raise BuildFailed(f"Disks cannot become images in the format {disk_format}.")
    with work_folder(work) as folder:
        converted = str(folder / "image")
        source, target = ("-f", "raw"), ("-O", CONVERTED[disk_format])
        try:
            patience = patience_for(disk.size)
            run(
                *("qemu-img", "convert", *source, *target, "--", disk.path, converted),
                patience=patience,
                writes=[str(folder)],
            )
        except ToolFailed as error:
            print(error)
            raise BuildFailed(f"The disk could not become {disk_format}.") from error
        _send(converted, disk_format, desk, telling)


def _send(path: str, disk_format: str, desk: Desk, telling: Telling) -> None:
    digest = hashlib.sha512()
    for chunk in chunks_of(path):
        digest.update(chunk)
    size = size_of(path)
    desk.send(disk_format, digest.hexdigest(), size, _told(path, size, telling))


def _told(path: str, size: int, telling: Telling) -> Iterator[bytes]:
    sent = 0
    for chunk in chunks_of(path):
        yield chunk
        sent += len(chunk)
        telling.copied(100 * sent / size)
