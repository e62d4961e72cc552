"""Snapshots and backups: their repositories and services in one transaction."""

from functools import cached_property

from cyclades.adapters.sql.backups import SqlBackups
from cyclades.adapters.sql.snapshots import SqlSnapshots
from cyclades.bootstrap.volume import VolumeUnit
from cyclades.domain.services.backups import Backups
from cyclades.domain.services.snapshots import Snapshots


class CopiesUnit(VolumeUnit):
    """What copies of disks need."""

    @cached_property
    def snapshot_rows(self) -> SqlSnapshots:
        """Snapshots as aggregates."""
        return SqlSnapshots(self.connection)

    @cached_property
    def snapshots(self) -> Snapshots:
        """Copies of volumes' disks."""
        return Snapshots(
            self.snapshot_rows,
            self.volume_rows,
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def backup_rows(self) -> SqlBackups:
        """Backups as aggregates."""
        return SqlBackups(self.connection)

    @cached_property
    def backups(self) -> Backups:
        """Volumes' bytes, kept in the image store."""
        return Backups(
            self.backup_rows,
            self.volume_rows,
            self.snapshot_rows,
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
            lambda blob: self.after_commit(lambda: self.app.image_store.delete(blob)),
        )
