"""What volumes are once a task on their disks has ended."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from cyclades.domain.model.disk_task import DiskTask, TaskKind
from cyclades.domain.model.errors import Conflict, StaleVersion
from cyclades.domain.model.events import Changed
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.model.volume_attachment import AttachmentStatus
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.volume_attachments import VolumeAttachmentRepository
from cyclades.ports.volumes import VolumeRepository

KEPT_BY_SNAPSHOTS: Final = "The volume's disk has gone with its server; its snapshots are left."
# A volume that nothing is being done to, by where its disk is.
AT_REST: Final[Mapping[Place, VolumeStatus]] = {
    Place.NOWHERE: VolumeStatus.AVAILABLE,
    Place.ORIGIN: VolumeStatus.AVAILABLE,
    Place.HOLDER: VolumeStatus.AVAILABLE,
    Place.SERVER: VolumeStatus.IN_USE,
    Place.MOVING: VolumeStatus.ERROR,
}
# What a failure of a kind leaves behind, where that is not simply where the disk is.
AFTER_FAILURE: Final[Mapping[TaskKind, VolumeStatus]] = {
    TaskKind.CREATE: VolumeStatus.ERROR,
    TaskKind.EXTEND: VolumeStatus.ERROR_EXTENDING,
    TaskKind.DELETE: VolumeStatus.ERROR_DELETING,
}


@dataclass(frozen=True, slots=True)
class VolumeEnding:
    """Of tasks after which the volume is there, and in a server or not."""

    volumes: VolumeRepository
    attachments: VolumeAttachmentRepository
    quota: QuotaLedger
    feed: Feed
    clock: Clock

    def succeed(self, task: DiskTask) -> None:
        """At rest, where its disk is."""
        volume = self.volumes.by_id(task.volume_id or "")
        if volume is not None:
            self._rest(volume, AT_REST[volume.place], None)

    def fail(self, task: DiskTask, message: str) -> None:
        """Back to what it was, or in error; its user reads why."""
        volume = self.volumes.by_id(task.volume_id or "")
        if volume is None:
            return
        if task.kind is TaskKind.EXTEND:
            volume = self._shrink(volume, int(task.facts.get("old_size", volume.size)))
        self._rest(volume, AFTER_FAILURE.get(task.kind, AT_REST[volume.place]), message)

    def late(self, task: DiskTask, message: str) -> None:
        """Still under way: its user reads so."""
        volume = self.volumes.by_id(task.volume_id or "")
        if volume is not None:
            self._keep(replace(volume, fault=message))

    def _shrink(self, volume: Volume, size: int) -> Volume:
        self.quota.release(volume.project_id, {"gigabytes": volume.size - size})
        return replace(volume, size=size)

    def _rest(self, volume: Volume, status: VolumeStatus, fault: str | None) -> None:
        attachment = self.attachments.of_volume(volume.id)
        now = self.clock.now()
        if attachment is not None and volume.place is Place.SERVER:
            attached = replace(attachment, status=AttachmentStatus.ATTACHED, updated=now)
            self.attachments.save(attached)
        elif attachment is not None and attachment.status is not AttachmentStatus.RESERVED:
            self.attachments.remove(attachment)
        elif attachment is not None and status is VolumeStatus.AVAILABLE:
            status = VolumeStatus.RESERVED  # a server waits for it: nobody else may have it
        self._keep(replace(volume, status=status, fault=fault, task_id=None))

    def _keep(self, volume: Volume) -> None:
        kept = self.volumes.save(replace(volume, updated=self.clock.now()))
        self.feed.publish(Changed("volume", kept.id, kept.version, kept.project_id))


@dataclass(frozen=True, slots=True)
class VolumeRemoval:
    """Of tasks after which the volume is gone."""

    volumes: VolumeRepository
    kept: VolumeEnding
    quota: QuotaLedger
    feed: Feed

    def succeed(self, task: DiskTask) -> None:
        """Forgotten, and no longer charged."""
        volume = self.volumes.by_id(task.volume_id or "")
        if volume is not None:
            try:
                self.volumes.remove(volume)
            except StaleVersion:
                raise
            except Conflict:
                self.kept.fail(task, KEPT_BY_SNAPSHOTS)
                return
            self.quota.release(volume.project_id, volume.usage)
            gone = Changed("volume", volume.id, volume.version + 1, volume.project_id)
            self.feed.publish(gone)

    def fail(self, task: DiskTask, message: str) -> None:
        """Still there."""
        self.kept.fail(task, message)

    def late(self, task: DiskTask, message: str) -> None:
        """Still being removed."""
        self.kept.late(task, message)
