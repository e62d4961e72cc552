"""Volumes in SQL: one row a volume."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.schema.volumes import volumes
from cyclades.adapters.sql.versioned import fields_of, save, values_of
from cyclades.adapters.sql.visibility import within
from cyclades.domain.model.errors import Conflict, NotFound, StaleVersion
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.ports.volumes import VolumeRepository

STORED = tuple(column.name for column in volumes.columns)
BY_ID = select(volumes).where(volumes.c.id == bindparam("same")).with_for_update()
OF_CLUSTER = (
    select(volumes)
    .where(volumes.c.cluster_id == bindparam("there"))
    .order_by(volumes.c.created, volumes.c.id)
)
FILLED_FROM = (
    select(volumes.c.id)
    .where(
        volumes.c.source_volid == bindparam("source"),
        volumes.c.status == VolumeStatus.CREATING,
        volumes.c.task_id.is_not(None),
    )
    .limit(1)
)

PROMISED_FROM = (
    select(volumes.c.id)
    .where(volumes.c.snapshot_id == bindparam("source"), volumes.c.place == Place.ORIGIN)
    .limit(1)
)


class SqlVolumes(VolumeRepository):
    """Compare-and-set on the version column."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, volume: Volume) -> None:
        """Insert."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(volumes), values_of(volume, STORED))
        except IntegrityError as error:
            raise NotFound("volume type", volume.type_id) from error

    def get(self, scope: Scope, volume_id: str) -> Volume:
        """Select one, claimed."""
        found = self._one(BY_ID.where(within(volumes, scope)), volume_id)
        if found is None:
            raise NotFound("volume", volume_id)
        return found

    def by_id(self, volume_id: str) -> Volume | None:
        """Select any, claimed."""
        return self._one(BY_ID, volume_id)

    def of_cluster(self, cluster_id: str) -> Sequence[Volume]:
        """Select by cluster."""
        rows = self._connection.execute(OF_CLUSTER, {"there": cluster_id})
        return [volume_of(row) for row in rows]

    def being_copied(self, volume_id: str) -> bool:
        """Select by source."""
        return self._connection.execute(FILLED_FROM, {"source": volume_id}).first() is not None

    def awaiting(self, snapshot_id: str) -> bool:
        """Select by snapshot."""
        return self._connection.execute(PROMISED_FROM, {"source": snapshot_id}).first() is not None

    def save(self, volume: Volume) -> Volume:
        """Update the version before."""
        changed = replace(volume, version=volume.version + 1)
        save(self._connection, volumes, changed, STORED)
        return changed

    def remove(self, volume: Volume) -> None:
        """Delete the version that was read."""
        mine = delete(volumes).where(volumes.c.id == volume.id, volumes.c.version == volume.version)
        try:
            with self._connection.begin_nested():
                done = self._connection.execute(mine)
        except IntegrityError as error:
            raise Conflict(f"Volume {volume.id} has snapshots or an attachment.") from error
        if not done.rowcount:
            raise StaleVersion(f"{volume.id} was changed by somebody else; please try again.")

    def _one(self, query: Select[Any], volume_id: str) -> Volume | None:
        row = self._connection.execute(query, {"same": volume_id}).one_or_none()
        return volume_of(row) if row else None


def volume_of(row: Row[Any]) -> Volume:
    """A row as the model has it."""
    fields = fields_of(row)
    words = {"status": VolumeStatus(fields["status"]), "place": Place(fields["place"])}
    return Volume(**(fields | words))
