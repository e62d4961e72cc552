"""Snapshots and backups: their repositories and services in one transaction."""

from collections.abc import Mapping
from functools import cached_property

from cyclades.adapters.sql.backups import SqlBackups
from cyclades.adapters.sql.snapshots import SqlSnapshots
from cyclades.adapters.sql.volume_types import SqlVolumeTypes
from cyclades.bootstrap.volume import EVERYTHING, VolumeUnit
from cyclades.domain.model.disk_task import TaskKind
from cyclades.domain.services.backups import Backups
from cyclades.domain.services.copy_endings import (
    RevertEnding,
    SnapshotEnding,
    SnapshotRemoval,
    Sources,
)
from cyclades.domain.services.disk_copies import DiskCopies
from cyclades.domain.services.disk_tasks import Ending
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
            self.disk_copies,
            self.disk_task_rows,
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def disk_copies(self) -> DiskCopies:
        """Tasks that copy disks."""
        types = SqlVolumeTypes(self.connection)
        return DiskCopies(
            self.volume_rows,
            self.disk_scenes,
            self.disk_tasks,
            lambda type_id: types.get(EVERYTHING, type_id),
            self.feed,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def disk_task_endings(self) -> Mapping[TaskKind, Ending]:
        """Those of copies, too."""
        feed, clock = self.feed, self.app.clock
        sources = Sources(self.volume_rows, feed, clock)
        snapshot = SnapshotEnding(self.snapshot_rows, sources, feed, clock)
        return {
            **super().disk_task_endings,
            TaskKind.SNAPSHOT: snapshot,
            TaskKind.DELETE_SNAPSHOT: SnapshotRemoval(
                self.snapshot_rows, snapshot, self.quota, feed
            ),
            TaskKind.REVERT: RevertEnding(snapshot, sources),
        }

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
