"""Snapshots and backups: their repositories and services in one transaction."""

from functools import cached_property

from cyclades.adapters.sql.snapshots import SqlSnapshots
from cyclades.bootstrap.volume import VolumeUnit
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
