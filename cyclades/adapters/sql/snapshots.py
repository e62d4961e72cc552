"""Snapshots in SQL: one row a snapshot."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, false, select, true
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.copies import CopyRows, Kind, shelf_of
from cyclades.adapters.sql.schema.volumes import snapshots
from cyclades.adapters.sql.versioned import fields_of
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.snapshot import Snapshot, SnapshotStatus
from cyclades.ports.snapshots import SnapshotRepository

TABLE = snapshots.c
OF_VOLUME = (
    select(snapshots)
    .where(TABLE.volume_id == bindparam("volume"))
    .order_by(TABLE.created.desc(), TABLE.id.desc())
)
OF_CLUSTER = (
    select(snapshots)
    .where(TABLE.cluster_id == bindparam("there"), TABLE.holder)
    .order_by(TABLE.created, TABLE.id)
)


def snapshot_of(row: Row[Any]) -> Snapshot:
    """A row as the model has it."""
    fields = fields_of(row)
    return Snapshot(**(fields | {"status": SnapshotStatus(fields["status"])}))


EACH_COUNTS = {"consumes_quota": lambda values: true() if values[0] else false()}
KIND = Kind("snapshot", snapshots, snapshot_of, shelf_of("snapshot", snapshots, [], EACH_COUNTS))


class SqlSnapshots(CopyRows[Snapshot], SnapshotRepository):
    """As all copies of volumes; its bytes are a disk."""

    kind = KIND

    def add(self, snapshot: Snapshot) -> None:
        """Insert, if its volume is there."""
        try:
            with self._connection.begin_nested():
                super().add(snapshot)
        except IntegrityError as error:
            raise NotFound("volume", snapshot.volume_id) from error

    def of_volume(self, volume_id: str) -> Sequence[Snapshot]:
        """Select by volume."""
        rows = self._connection.execute(OF_VOLUME, {"volume": volume_id})
        return [snapshot_of(row) for row in rows]

    def of_cluster(self, cluster_id: str) -> Sequence[Snapshot]:
        """Select by cluster."""
        rows = self._connection.execute(OF_CLUSTER, {"there": cluster_id})
        return [snapshot_of(row) for row in rows]
