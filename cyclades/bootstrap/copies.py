"""Snapshots and backups: their repositories and services in one transaction."""

from collections.abc import Mapping
from functools import cached_property

from cyclades.adapters.sql.backups import SqlBackups
from cyclades.adapters.sql.instance_actions import SqlInstanceActions
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.sql.snapshots import SqlSnapshots
from cyclades.adapters.sql.volume_types import SqlVolumeTypes
from cyclades.bootstrap.volume import EVERYTHING
from cyclades.bootstrap.volume_api import VolumeApiUnit
from cyclades.domain.model.disk_task import DiskTask, TaskKind
from cyclades.domain.services.backups import Backups
from cyclades.domain.services.copy_endings import (
    OverwriteEnding,
    SnapshotEnding,
    SnapshotRemoval,
    Sources,
)
from cyclades.domain.services.disk_copies import DiskCopies
from cyclades.domain.services.disk_tasks import Ending
from cyclades.domain.services.save_endings import BackupEnding, ImageEnding
from cyclades.domain.services.server_backups import ServerBackups
from cyclades.domain.services.server_images import ServerImages
from cyclades.domain.services.snapshots import Snapshots
from cyclades.domain.services.volume_restores import VolumeRestores
from cyclades.domain.services.volume_uploads import VolumeUploads
from cyclades.domain.services.volumes import Volumes


class CopiesUnit(VolumeApiUnit):
    """What copies of disks need."""

    @cached_property
    def snapshot_rows(self) -> SqlSnapshots:
        """Snapshots as aggregates."""
        return SqlSnapshots(self.connection)

    @cached_property
    def volumes(self) -> Volumes:
        """What users do to volumes, some of it to their snapshots."""
        return Volumes(
            self.volume_rows,
            self.volume_attachments,
            self.snapshot_rows,
            self.snapshots.clear,
            self.volume_types,
            self.clusters,
            self.volume_creation,
            self.disk_tasks,
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
        )

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
            self.clusters,
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
        image = ImageEnding(self.images, ServerBackups(self.images), sources)
        backup = BackupEnding(self.backup_rows, sources, feed, clock)
        return {
            **super().disk_task_endings,
            TaskKind.SNAPSHOT: snapshot,
            TaskKind.DELETE_SNAPSHOT: SnapshotRemoval(
                self.snapshot_rows,
                snapshot,
                self.quota,
                feed,
                self.after_snapshot,
            ),
            TaskKind.REVERT: OverwriteEnding(snapshot.spare, sources),
            TaskKind.UPLOAD: image,
            TaskKind.SAVE_SERVER: image,
            TaskKind.BACKUP: backup,
            TaskKind.RESTORE: OverwriteEnding(backup.spare, sources),
        }

    def after_snapshot(self, task: DiskTask, failure: str | None) -> None:
        """Its disk is gone, or not: its volume may wait for that."""
        self.volumes.cleared(task, failure)

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
            self.disk_copies,
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
            lambda blob: self.after_commit(lambda: self.app.image_store.delete(blob)),
        )

    @cached_property
    def volume_restores(self) -> VolumeRestores:
        """Volumes that become what was kept of them."""
        return VolumeRestores(
            self.volume_rows,
            self.snapshot_rows,
            self.backup_rows,
            self.volume_creation,
            self.disk_copies,
            self.feed,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def volume_uploads(self) -> VolumeUploads:
        """Volumes that become images."""
        return VolumeUploads(self.volume_rows, self.images, self.disk_copies, self.app.ids)

    @cached_property
    def server_images(self) -> ServerImages:
        """Servers whose disks become images."""
        settings = self.app.settings
        return ServerImages(
            SqlServers(self.connection),
            SqlInstanceActions(self.connection),
            self.volume_attachments,
            self.volume_rows,
            self.images,
            self.disk_copies,
            self.disk_task_rows,
            self.app.clock,
            self.app.ids,
            settings.instance_prefix,
            settings.disk_template,
        )
