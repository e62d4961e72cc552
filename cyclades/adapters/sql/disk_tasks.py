"""Tasks on disks in SQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from cyclades.adapters.sql.schema.volumes import disk_tasks
from cyclades.adapters.sql.versioned import fields_of, save, values_of
from cyclades.domain.model.disk_task import DiskTask, TaskKind, TaskState
from cyclades.ports.disk_tasks import DiskTaskRepository

STORED = tuple(column.name for column in disk_tasks.columns)
BY_ID = select(disk_tasks).where(disk_tasks.c.id == bindparam("same")).with_for_update()
OPEN = (
    select(disk_tasks)
    .where(disk_tasks.c.finished.is_(None))
    .order_by(disk_tasks.c.created, disk_tasks.c.id)
)
OPEN_IN = OPEN.where(disk_tasks.c.cluster_id == bindparam("there"))
OPEN_OF = OPEN.where(disk_tasks.c.server_id == bindparam("server"))
OPEN_ABOUT = OPEN.where(disk_tasks.c.snapshot_id == bindparam("snapshot"))
LAST_OF = (
    select(disk_tasks)
    .where(disk_tasks.c.volume_id == bindparam("volume"))
    .order_by(disk_tasks.c.created.desc(), disk_tasks.c.id.desc())
    .limit(1)
)


class SqlDiskTasks(DiskTaskRepository):
    """One row a task."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, task: DiskTask) -> None:
        """Insert."""
        self._connection.execute(insert(disk_tasks), values_of(task, STORED))

    def by_id(self, task_id: str) -> DiskTask | None:
        """Select one, claimed."""
        row = self._connection.execute(BY_ID, {"same": task_id}).one_or_none()
        return task_of(row) if row else None

    def save(self, task: DiskTask) -> DiskTask:
        """Update the version before."""
        changed = replace(task, version=task.version + 1)
        save(self._connection, disk_tasks, changed, STORED)
        return changed

    def open(self, cluster_id: str) -> Sequence[DiskTask]:
        """Select by cluster."""
        return [task_of(row) for row in self._connection.execute(OPEN_IN, {"there": cluster_id})]

    def of_server(self, server_id: str) -> Sequence[DiskTask]:
        """Select by server."""
        return [task_of(row) for row in self._connection.execute(OPEN_OF, {"server": server_id})]

    def reading(self, snapshot_id: str) -> bool:
        """Select by snapshot."""
        found = self._connection.execute(OPEN_ABOUT.limit(1), {"snapshot": snapshot_id})
        return found.first() is not None

    def last_of(self, volume_id: str) -> DiskTask | None:
        """Select by volume."""
        row = self._connection.execute(LAST_OF, {"volume": volume_id}).one_or_none()
        return task_of(row) if row else None

    def forget(self, before: datetime) -> int:
        """Delete by the moment of their end."""
        done = self._connection.execute(delete(disk_tasks).where(disk_tasks.c.finished < before))
        return done.rowcount


def task_of(row: Row[Any]) -> DiskTask:
    """A row as the model has it."""
    fields = fields_of(row)
    words = {"kind": TaskKind(fields["kind"]), "state": TaskState(fields["state"])}
    return DiskTask(**(fields | words))
