"""Backups in SQL: one row a backup."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, select

from cyclades.adapters.sql.copies import CopyRows, Kind, shelf_of
from cyclades.adapters.sql.schema.volumes import backups
from cyclades.adapters.sql.versioned import fields_of
from cyclades.domain.model.backup import Backup, BackupStatus
from cyclades.ports.backups import BackupRepository


def backup_of(row: Row[Any]) -> Backup:
    """A row as the model has it."""
    fields = fields_of(row)
    return Backup(**(fields | {"status": BackupStatus(fields["status"])}))


KIND = Kind("backup", backups, backup_of, shelf_of("backup", backups, ["snapshot_id"], {}))


class SqlBackups(CopyRows[Backup], BackupRepository):
    """As all copies of volumes; its bytes are blobs."""

    kind = KIND

    def known_blobs(self, blobs: Collection[str]) -> set[str]:
        """Select from both columns that name blobs."""
        known: set[str] = set()
        for column in (backups.c.blob, backups.c.upload_blob):
            query = select(column).where(column.in_(list(blobs)))
            known.update(self._connection.execute(query).scalars())
        return known
