"""Snapshots in SQL: one row a snapshot."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, false, insert, select, true
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.listing import Shelf, contains, has_texts, owned
from cyclades.adapters.sql.schema.volumes import snapshots
from cyclades.adapters.sql.versioned import fields_of, save, values_of
from cyclades.adapters.sql.visibility import within
from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.snapshot import Snapshot, SnapshotStatus
from cyclades.ports.snapshots import SnapshotRepository

TABLE = snapshots.c
STORED = tuple(column.name for column in snapshots.columns)
SHELF = Shelf(
    "snapshot",
    snapshots,
    {
        "id": TABLE.id,
        "name": TABLE.name,
        "description": TABLE.description,
        "project_id": TABLE.project_id,
        "user_id": TABLE.user_id,
        "volume_id": TABLE.volume_id,
        "size": TABLE.size,
        "status": TABLE.status,
        "created_at": TABLE.created,
        "updated_at": TABLE.updated,
    },
    {
        "metadata": lambda wanted: and_(*(has_texts(TABLE.metadata, each) for each in wanted)),
        "consumes_quota": lambda values: true() if values[0] else false(),  # each does
        **{f"{name}~": contains(TABLE[name]) for name in ("name", "status", "volume_id")},
    },
    owned(snapshots),
)
ONE = select(snapshots).where(TABLE.id == bindparam("same"))
CLAIMED = ONE.with_for_update()
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


class SqlSnapshots(SnapshotRepository):
    """Compare-and-set on the version column."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, snapshot: Snapshot) -> None:
        """Insert."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(snapshots), values_of(snapshot, STORED))
        except IntegrityError as error:
            raise NotFound("volume", snapshot.volume_id) from error

    def show(self, scope: Scope, snapshot_id: str) -> Snapshot:
        """Select one."""
        return self._seen(ONE, scope, snapshot_id)

    def get(self, scope: Scope, snapshot_id: str) -> Snapshot:
        """Select one, claimed."""
        return self._seen(CLAIMED, scope, snapshot_id)

    def by_id(self, snapshot_id: str) -> Snapshot | None:
        """Select any, claimed."""
        return self._one(CLAIMED, snapshot_id)

    def of_volume(self, volume_id: str) -> Sequence[Snapshot]:
        """Select by volume."""
        rows = self._connection.execute(OF_VOLUME, {"volume": volume_id})
        return [snapshot_of(row) for row in rows]

    def of_cluster(self, cluster_id: str) -> Sequence[Snapshot]:
        """Select by cluster."""
        rows = self._connection.execute(OF_CLUSTER, {"there": cluster_id})
        return [snapshot_of(row) for row in rows]

    def list(self, listing: Listing) -> Sequence[Snapshot]:
        """Select a page."""
        rows = SHELF.page(self._connection, select(snapshots), listing)
        return [snapshot_of(row) for row in rows]

    def count(self, listing: Listing) -> int:
        """Count."""
        return SHELF.count(self._connection, listing)

    def save(self, snapshot: Snapshot) -> Snapshot:
        """Update the version before."""
        changed = replace(snapshot, version=snapshot.version + 1)
        save(self._connection, snapshots, changed, STORED)
        return changed

    def remove(self, snapshot: Snapshot) -> None:
        """Delete the version that was read."""
        mine = delete(snapshots).where(TABLE.id == snapshot.id, TABLE.version == snapshot.version)
        if not self._connection.execute(mine).rowcount:
            raise StaleVersion(f"{snapshot.id} was changed by somebody else; please try again.")

    def _seen(self, query: Select[Any], scope: Scope, snapshot_id: str) -> Snapshot:
        found = self._one(query.where(within(snapshots, scope)), snapshot_id)
        if found is None:
            raise NotFound("snapshot", snapshot_id[:64])
        return found

    def _one(self, query: Select[Any], snapshot_id: str) -> Snapshot | None:
        row = self._connection.execute(query, {"same": snapshot_id}).one_or_none()
        return snapshot_of(row) if row else None


def snapshot_of(row: Row[Any]) -> Snapshot:
    """A row as the model has it."""
    fields = fields_of(row)
    return Snapshot(**(fields | {"status": SnapshotStatus(fields["status"])}))
