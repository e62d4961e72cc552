"""Backups in SQL: one row a backup."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, insert, select

from cyclades.adapters.sql.listing import Shelf, contains, has_texts, owned
from cyclades.adapters.sql.schema.volumes import backups
from cyclades.adapters.sql.versioned import fields_of, save, values_of
from cyclades.adapters.sql.visibility import within
from cyclades.domain.model.backup import Backup, BackupStatus
from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.ports.backups import BackupRepository

TABLE = backups.c
STORED = tuple(column.name for column in backups.columns)
SHELF = Shelf(
    "backup",
    backups,
    {
        "id": TABLE.id,
        "name": TABLE.name,
        "description": TABLE.description,
        "project_id": TABLE.project_id,
        "user_id": TABLE.user_id,
        "volume_id": TABLE.volume_id,
        "snapshot_id": TABLE.snapshot_id,
        "size": TABLE.size,
        "status": TABLE.status,
        "created_at": TABLE.created,
        "updated_at": TABLE.updated,
    },
    {
        "metadata": lambda wanted: and_(*(has_texts(TABLE.metadata, each) for each in wanted)),
        **{f"{name}~": contains(TABLE[name]) for name in ("name", "status", "volume_id")},
    },
    owned(backups),
)
ONE = select(backups).where(TABLE.id == bindparam("same"))
CLAIMED = ONE.with_for_update()


class SqlBackups(BackupRepository):
    """Compare-and-set on the version column."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, backup: Backup) -> None:
        """Insert."""
        self._connection.execute(insert(backups), values_of(backup, STORED))

    def show(self, scope: Scope, backup_id: str) -> Backup:
        """Select one."""
        return self._seen(ONE, scope, backup_id)

    def get(self, scope: Scope, backup_id: str) -> Backup:
        """Select one, claimed."""
        return self._seen(CLAIMED, scope, backup_id)

    def by_id(self, backup_id: str) -> Backup | None:
        """Select any, claimed."""
        return self._one(CLAIMED, backup_id)

    def known_blobs(self, blobs: Collection[str]) -> set[str]:
        """Select from both columns that name blobs."""
        known: set[str] = set()
        for column in (TABLE.blob, TABLE.upload_blob):
            query = select(column).where(column.in_(list(blobs)))
            known.update(self._connection.execute(query).scalars())
        return known

    def list(self, listing: Listing) -> Sequence[Backup]:
        """Select a page."""
        rows = SHELF.page(self._connection, select(backups), listing)
        return [backup_of(row) for row in rows]

    def count(self, listing: Listing) -> int:
        """Count."""
        return SHELF.count(self._connection, listing)

    def save(self, backup: Backup) -> Backup:
        """Update the version before."""
        changed = replace(backup, version=backup.version + 1)
        save(self._connection, backups, changed, STORED)
        return changed

    def remove(self, backup: Backup) -> None:
        """Delete the version that was read."""
        mine = delete(backups).where(TABLE.id == backup.id, TABLE.version == backup.version)
        if not self._connection.execute(mine).rowcount:
            raise StaleVersion(f"{backup.id} was changed by somebody else; please try again.")

    def _seen(self, query: Select[Any], scope: Scope, backup_id: str) -> Backup:
        found = self._one(query.where(within(backups, scope)), backup_id)
        if found is None:
            raise NotFound("backup", backup_id[:64])
        return found

    def _one(self, query: Select[Any], backup_id: str) -> Backup | None:
        row = self._connection.execute(query, {"same": backup_id}).one_or_none()
        return backup_of(row) if row else None


def backup_of(row: Row[Any]) -> Backup:
    """A row as the model has it."""
    fields = fields_of(row)
    return Backup(**(fields | {"status": BackupStatus(fields["status"])}))
