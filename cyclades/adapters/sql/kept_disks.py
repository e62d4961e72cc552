"""Disks that clusters keep for us, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, literal, or_, select, union_all

from cyclades.adapters.sql.schema.servers import servers
from cyclades.adapters.sql.schema.volumes import (
    disk_tasks,
    snapshots,
    volume_attachments,
    volumes,
)
from cyclades.domain.model.volume import Place
from cyclades.ports.kept_disks import KeptDisk, KeptDisks

AT_ONCE = 500  # ids in one statement
OF_VOLUMES = (
    select(
        volumes.c.id,
        volumes.c.version,
        volumes.c.size,
        volumes.c.place,
        volumes.c.holder,
        volumes.c.task_id,
        servers.c.instance,
        volumes.c.created,
    )
    .outerjoin(volume_attachments, volume_attachments.c.volume_id == volumes.c.id)
    .outerjoin(servers, servers.c.id == volume_attachments.c.server_id)
    .where(volumes.c.cluster_id == bindparam("cluster"))
)
OF_SNAPSHOTS = select(
    snapshots.c.id,
    snapshots.c.version,
    snapshots.c.size,
    literal(None),
    snapshots.c.holder,
    snapshots.c.task_id,
    literal(None),
    snapshots.c.created,
).where(snapshots.c.cluster_id == bindparam("cluster"))
OF_CLUSTER = union_all(OF_VOLUMES, OF_SNAPSHOTS).order_by("created", "id")


class SqlKeptDisks(KeptDisks):
    """One statement a sight."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def of_cluster(self, cluster_id: str) -> Sequence[KeptDisk]:
        """Select."""
        return [_kept(row) for row in self._connection.execute(OF_CLUSTER, {"cluster": cluster_id})]

    def needed(self, ids: Collection[str]) -> Mapping[str, bool]:
        """Select tasks, which tell of what has gone, too, and what lives."""
        found: dict[str, bool] = {}
        wanted = sorted(ids)
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            found |= self._told_of(some) | self._living(some)
        return found

    def _living(self, some: list[str]) -> dict[str, bool]:
        alive = union_all(
            select(volumes.c.id).where(volumes.c.id.in_(some)),
            select(snapshots.c.id).where(snapshots.c.id.in_(some)),
        )
        return dict.fromkeys(self._connection.execute(alive).scalars(), True)

    def _told_of(self, some: list[str]) -> dict[str, bool]:
        columns = (disk_tasks.c.id, disk_tasks.c.volume_id, disk_tasks.c.snapshot_id)
        rows = self._connection.execute(
            select(disk_tasks.c.finished, *columns).where(
                or_(*(column.in_(some) for column in columns))
            )
        ).all()
        told = {each: False for row in rows for each in row[1:] if each in some}
        return told | {
            each: True for row in rows for each in row[1:] if not row[0] and each in told
        }


def _kept(row: Row[Any]) -> KeptDisk:
    """A snapshot's disk is in its holder, if it has one."""
    place = row.place or (Place.HOLDER if row.holder else Place.NOWHERE)
    idle = row.task_id is None
    return KeptDisk(row.id, row.version, row.size, Place(place), row.holder, idle, row.instance)
