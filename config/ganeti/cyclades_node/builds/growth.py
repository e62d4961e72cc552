"""Room for the root file system: its partition first, then itself."""

from __future__ import annotations

from cyclades_node.builds.disk import Disk
from cyclades_node.builds.orders import GuestOs
from cyclades_node.builds.partitions import Partition, grow
from cyclades_node.builds.telling import Telling
from cyclades_node.builds.tools import ToolFailed, run
from cyclades_node.builds.trouble import BuildFailed
from cyclades_node.builds.truncation import keep_length, possible

MENDED = (0, 1, 2)  # exit codes of e2fsck: sound, or sound again
KEEPS_TABLE, KEEPS_SIZE = "FixPartitionTable", "FilesystemResizeUnmounted"


def mend(disk: Disk, partition: Partition) -> None:
    """Replay the journal: nothing may be changed before that. Raises BuildFailed."""
    try:
        run("e2fsck", "-f", "-p", _device(disk, partition), fine=MENDED, writes=[disk.path])
    except ToolFailed as error:
        print(error)
        raise BuildFailed("The image's file system is damaged.") from error


def enlarge(disk: Disk, partition: Partition, guest_os: GuestOs, telling: Telling) -> None:
    """As far as the image allows. Raises BuildFailed."""
    if KEEPS_SIZE in guest_os.excluded:
        return
    try:
        if partition.growable and KEEPS_TABLE not in guest_os.excluded:
            partition = grow(disk.path, partition)
        elif partition.number:
            telling.say("The root partition is not the disk's last: it keeps its size.")
            return
        if disk.is_file and not possible():
            telling.say("The root file system keeps its size: this node cannot change it.")
            return
        size = f"{partition.size // 1024}K"
        device = _device(disk, partition)
        ready = keep_length if disk.is_file else None
        run("resize2fs", device, size, ready=ready, writes=[disk.path])
    except ToolFailed as error:
        print(error)
        raise BuildFailed("The image's file system could not be enlarged.") from error


def _device(disk: Disk, partition: Partition) -> str:
    return f"{disk.path}?offset={partition.start}"
