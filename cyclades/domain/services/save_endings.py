"""What becomes of images and backups once the task that was to bring their bytes has ended."""

from dataclasses import dataclass, replace

from cyclades.domain.model.backup import Backup, BackupStatus
from cyclades.domain.model.disk_task import DiskTask
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.image import Image
from cyclades.domain.services.copy_endings import Sources
from cyclades.domain.services.image_uploads import SYSTEM
from cyclades.domain.services.images import EVERYWHERE, Images
from cyclades.domain.services.server_backups import ServerBackups
from cyclades.ports.backups import BackupRepository
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed

NO_BYTES = "The disk was not saved."


@dataclass(frozen=True, slots=True)
class ImageEnding:
    """Of disks that become images: one without its bytes is of no use to anybody, and goes."""

    images: Images
    backups: ServerBackups
    sources: Sources

    def succeed(self, task: DiskTask) -> None:
        """The bytes came while the carrier was made."""
        self._end(task, NO_BYTES)

    def fail(self, task: DiskTask, message: str) -> None:
        """The user reads why at the volume, or in the server's actions."""
        self._end(task, message)

    def late(self, task: DiskTask, message: str) -> None:
        """Still under way."""
        self.sources.late(task, message)

    def _end(self, task: DiskTask, message: str) -> None:
        image = self._image(task)
        saved = image is None or image.data is not None
        if image is not None and not saved:
            if image.protected:
                image = self.images.save(image, replace(image, protected=False))
            self.images.delete(SYSTEM, image.id)
        elif image is not None:
            self.backups.rotate(task, image)
        self.sources.rest(task, None if saved else message)

    def _image(self, task: DiskTask) -> Image | None:
        try:
            return self.images.repository.get(task.image_id or "", EVERYWHERE)
        except NotFound:
            return None


@dataclass(frozen=True, slots=True)
class BackupEnding:
    """Of disks that become backups."""

    backups: BackupRepository
    sources: Sources
    feed: Feed
    clock: Clock

    def succeed(self, task: DiskTask) -> None:
        """The bytes came while the carrier was made."""
        self._end(task, NO_BYTES)

    def fail(self, task: DiskTask, message: str) -> None:
        """Its user reads why."""
        self._end(task, message)

    def late(self, task: DiskTask, message: str) -> None:
        """Still under way."""
        backup = self.backups.by_id(task.backup_id or "")
        if backup is not None:
            self.keep(replace(backup, fault=message))

    def keep(self, backup: Backup) -> None:
        """Save it, and tell of it."""
        kept = self.backups.save(replace(backup, updated=self.clock.now()))
        self.feed.publish(Changed("backup", kept.id, kept.version, kept.project_id))

    def spare(self, task: DiskTask) -> None:
        """It was only read: available, as before."""
        backup = self.backups.by_id(task.backup_id or "")
        if backup is not None:
            self.keep(replace(backup, status=BackupStatus.AVAILABLE, task_id=None))

    def _end(self, task: DiskTask, message: str) -> None:
        backup = self.backups.by_id(task.backup_id or "")
        if backup is not None:
            there = backup.blob is not None
            status = BackupStatus.AVAILABLE if there else BackupStatus.ERROR
            fault = None if there else message
            ended = replace(backup, status=status, fault=fault, task_id=None, upload_blob=None)
            self.keep(ended)
        self.sources.rest(task)
