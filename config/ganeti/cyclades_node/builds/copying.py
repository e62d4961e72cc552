"""Disk 0 as a copy of another disk of the cluster."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cyclades_node.builds.disk import Disk, chunks_of, size_of
from cyclades_node.builds.orders import Source
from cyclades_node.builds.pausing import paused
from cyclades_node.builds.telling import Telling
from cyclades_node.builds.tools import ToolFailed, patience_for, run
from cyclades_node.builds.trouble import BuildFailed

UNREACHED = "The disk to copy cannot be read on the node that has its server."


def copy(disk: Disk, source: Source, telling: Telling) -> None:
    """Raises BuildFailed, OSError."""
    path = _source_path(disk, source)
    size = size_of(path)
    disk.require(size)
    telling.say("Copying the disk.")
    with paused(source.instance, runs=source.runs):
        if disk.is_file:
            _copy_file(path, disk, size)
        else:
            for written in disk.write(chunks_of(path)):
                telling.copied(100 * written / size)
    telling.copied(100)


def _source_path(disk: Disk, source: Source) -> str:
    """Only disks are copied: files beside ours in Ganeti's storage, or block devices."""
    path = os.path.realpath(source.path)
    try:
        mode = Path(path).stat().st_mode
    except OSError as error:
        raise BuildFailed(UNREACHED) from error
    storage = Path(os.path.realpath(disk.path)).parents[1]
    beside = stat.S_ISREG(mode) and storage in Path(path).parents
    if not (beside if disk.is_file else stat.S_ISBLK(mode)):
        raise BuildFailed(UNREACHED)
    return path


def _copy_file(path: str, disk: Disk, size: int) -> None:
    """Shared with the source where the storage can do that, and sparse."""
    try:
        how = ("--reflink=auto", "--sparse=always")
        patience = patience_for(size)
        run(
            "cp",
            *how,
            "--",
            path,
            disk.path,
            largest=disk.size,
            patience=patience,
            writes=[disk.path],
        )
    except ToolFailed as error:
        print(error)
        raise BuildFailed("The disk could not be copied.") from error
    disk.stretch()
    if size_of(path) != size:
        raise BuildFailed("The disk has changed its size while it was copied.")
