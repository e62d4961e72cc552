"""Where tasks on disks are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from cyclades.domain.model.disk_task import DiskTask


class DiskTaskRepository(Protocol):
    """Tasks by id, ended ones for a while, too; in the caller's transaction, all of it."""

    def add(self, task: DiskTask) -> None:
        """Keep a new one."""
        ...

    def by_id(self, task_id: str) -> DiskTask | None:
        """Claimed for this transaction; None for one that was forgotten."""
        ...

    def save(self, task: DiskTask) -> DiskTask:
        """Write the version after the one that was read, and return it. Raises StaleVersion."""
        ...

    def open(self, cluster_id: str) -> Sequence[DiskTask]:
        """The cluster's that have not ended, oldest first; not claimed."""
        ...

    def of_server(self, server_id: str) -> Sequence[DiskTask]:
        """Those about this server that have not ended, oldest first; not claimed."""
        ...

    def reading(self, snapshot_id: str) -> bool:
        """Whether one that has not ended is about this snapshot."""
        ...

    def last_of(self, volume_id: str) -> DiskTask | None:
        """The newest about this volume, ended or not; not claimed."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop what ended before; how many."""
        ...
