"""Volumes' repositories and services in one transaction."""

from collections.abc import Mapping
from functools import cached_property

from cyclades.adapters.sql.disk_tasks import SqlDiskTasks
from cyclades.adapters.sql.images import SqlImages
from cyclades.adapters.sql.instance_actions import SqlInstanceActions
from cyclades.adapters.sql.kept_disks import SqlKeptDisks
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.sql.snapshots import SqlSnapshots
from cyclades.adapters.sql.views.volume_attachments import SqlVolumeAttachmentViews
from cyclades.adapters.sql.volume_attachments import SqlVolumeAttachments
from cyclades.adapters.sql.volume_types import SqlVolumeTypes
from cyclades.adapters.sql.volumes import SqlVolumes
from cyclades.bootstrap.image import ImageUnit
from cyclades.bootstrap.network import NetworkUnit
from cyclades.domain.model.disk_task import DiskTask, TaskKind
from cyclades.domain.model.sharing import Scope
from cyclades.domain.services.disk_scenes import DiskScenes
from cyclades.domain.services.disk_tasks import DiskTasks, Ending
from cyclades.domain.services.left_holders import LeftHolders
from cyclades.domain.services.stray_disks import StrayDisks
from cyclades.domain.services.volume_endings import VolumeEnding, VolumeRemoval

EVERYTHING = Scope(None, everything=True)


class VolumeUnit(NetworkUnit, ImageUnit):
    """What volumes need."""

    @cached_property
    def volume_rows(self) -> SqlVolumes:
        """Volumes as aggregates."""
        return SqlVolumes(self.connection)

    @cached_property
    def volume_attachments(self) -> SqlVolumeAttachments:
        """Which server has which volume."""
        return SqlVolumeAttachments(self.connection)

    @cached_property
    def volume_attachment_views(self) -> SqlVolumeAttachmentViews:
        """The same, as rows to show."""
        return SqlVolumeAttachmentViews(self.connection)

    @cached_property
    def disk_task_rows(self) -> SqlDiskTasks:
        """What is done to disks."""
        return SqlDiskTasks(self.connection)

    @cached_property
    def kept_disks(self) -> SqlKeptDisks:
        """Which disks clusters keep for volumes and snapshots."""
        return SqlKeptDisks(self.connection)

    @cached_property
    def left_holders(self) -> LeftHolders:
        """What outlived the disk that it was for."""
        return LeftHolders(
            self.volume_rows,
            self.kept_disks,
            self.outbox,
            self.app.clock,
            self.app.ids,
            self.app.settings.instance_prefix,
        )

    @cached_property
    def disk_scenes(self) -> DiskScenes:
        """Where disks are."""
        images, types = SqlImages(self.connection), SqlVolumeTypes(self.connection)
        return DiskScenes(
            SqlServers(self.connection),
            self.volume_rows,
            self.volume_attachments,
            SqlSnapshots(self.connection),
            lambda image_id: images.get(image_id, EVERYTHING),
            lambda type_id: types.get(EVERYTHING, type_id).provider,
            self.app.settings.instance_prefix,
            self.app.clock,
        )

    @cached_property
    def stray_disks(self) -> StrayDisks:
        """Disks that are not where they should be."""
        return StrayDisks(
            SqlServers(self.connection),
            self.volume_rows,
            SqlSnapshots(self.connection),
            self.volume_attachments,
            self.disk_tasks,
            self.feed,
            self.app.clock,
            self.app.ids,
            self.app.settings.instance_prefix,
        )

    @cached_property
    def disk_task_endings(self) -> Mapping[TaskKind, Ending]:
        """What becomes of rows when a task has ended."""
        there = VolumeEnding(
            self.volume_rows, self.volume_attachments, self.quota, self.feed, self.app.clock
        )
        return {
            TaskKind.CREATE: there,
            TaskKind.ATTACH: there,
            TaskKind.DETACH: there,
            TaskKind.EXTEND: there,
            TaskKind.RECOVER: there,
            TaskKind.DELETE: VolumeRemoval(self.volume_rows, there, self.quota, self.feed),
        }

    @cached_property
    def disk_tasks(self) -> DiskTasks:
        """Several jobs, one after the other."""
        return DiskTasks(
            self.disk_task_rows,
            self.disk_scenes,
            self.outbox,
            self.builds,
            SqlInstanceActions(self.connection),
            self.disk_task_endings,
            self.after_disk_task,
            self.app.clock,
            self.app.ids,
        )

    def after_disk_task(self, task: DiskTask, message: str | None) -> None:
        """A task has ended, and why if it failed: nothing follows from it here."""
