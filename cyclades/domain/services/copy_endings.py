"""What becomes of snapshots and volumes once a task that copied their disks has ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cyclades.domain.model.disk_task import DiskTask
from cyclades.domain.model.events import Changed
from cyclades.domain.model.snapshot import Snapshot, SnapshotStatus
from cyclades.domain.model.volume import VolumeStatus
from cyclades.domain.services.volume_endings import AT_REST
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.snapshots import SnapshotRepository
from cyclades.ports.volumes import VolumeRepository


@dataclass(frozen=True, slots=True)
class Sources:
    """Volumes whose disks were read or filled."""

    volumes: VolumeRepository
    feed: Feed
    clock: Clock

    def rest(
        self, task: DiskTask, fault: str | None = None, status: VolumeStatus | None = None
    ) -> None:
        """Nothing is being done to it any more; it is what it is where its disk is."""
        volume = self.volumes.by_id(task.volume_id or "")
        if volume is None or volume.task_id != task.id:
            return
        rested = replace(
            volume,
            status=status or AT_REST[volume.place],
            task_id=None,
            fault=fault,
            updated=self.clock.now(),
        )
        kept = self.volumes.save(rested)
        self.feed.publish(Changed("volume", kept.id, kept.version, kept.project_id))

    def late(self, task: DiskTask, message: str) -> None:
        """Still under way: its user reads so."""
        volume = self.volumes.by_id(task.volume_id or "")
        if volume is not None and volume.task_id == task.id:
            kept = self.volumes.save(replace(volume, fault=message, updated=self.clock.now()))
            self.feed.publish(Changed("volume", kept.id, kept.version, kept.project_id))


@dataclass(frozen=True, slots=True)
class SnapshotEnding:
    """Of tasks after which the snapshot is there."""

    snapshots: SnapshotRepository
    sources: Sources
    feed: Feed
    clock: Clock

    def succeed(self, task: DiskTask) -> None:
        """It is as its volume was."""
        self._settle(task, SnapshotStatus.AVAILABLE, None)
        self.sources.rest(task)

    def fail(self, task: DiskTask, message: str) -> None:
        """It is of no use; its user reads why."""
        self._settle(task, SnapshotStatus.ERROR, message)
        self.sources.rest(task)

    def late(self, task: DiskTask, message: str) -> None:
        """Still under way."""
        self.keep(task, {"fault": message})

    def spare(self, task: DiskTask) -> None:
        """It was only read: available, as before."""
        self.keep(task, {"status": SnapshotStatus.AVAILABLE, "task_id": None})

    def _settle(self, task: DiskTask, status: SnapshotStatus, fault: str | None) -> None:
        self.keep(task, {"status": status, "fault": fault, "task_id": None})

    def keep(self, task: DiskTask, changes: Mapping[str, object]) -> None:
        """Change it, if it is there."""
        snapshot = self.snapshots.by_id(task.snapshot_id or "")
        if snapshot is not None:
            changed = replace(snapshot, **changes, updated=self.clock.now())  # type: ignore[arg-type]  # fields of it
            kept = self.snapshots.save(changed)
            self.feed.publish(Changed("snapshot", kept.id, kept.version, kept.project_id))


@dataclass(frozen=True, slots=True)
class SnapshotRemoval:
    """Of tasks after which the snapshot is gone; `then` is told of each, and why it is not."""

    snapshots: SnapshotRepository
    kept: SnapshotEnding
    quota: QuotaLedger
    feed: Feed
    then: Callable[[DiskTask, str | None], None]

    def succeed(self, task: DiskTask) -> None:
        """Forgotten, and no longer charged."""
        snapshot = self.snapshots.by_id(task.snapshot_id or "")
        if snapshot is not None:
            self.snapshots.remove(snapshot)
            self.quota.release(snapshot.project_id, snapshot.usage)
            self._gone(snapshot)
        self.then(task, None)

    def fail(self, task: DiskTask, message: str) -> None:
        """Still there, and may be deleted again."""
        failed = {"status": SnapshotStatus.ERROR_DELETING, "fault": message, "task_id": None}
        self.kept.keep(task, failed)
        self.then(task, message)

    def late(self, task: DiskTask, message: str) -> None:
        """Still being removed."""
        self.kept.late(task, message)

    def _gone(self, snapshot: Snapshot) -> None:
        gone = Changed("snapshot", snapshot.id, snapshot.version + 1, snapshot.project_id)
        self.feed.publish(gone)


@dataclass(frozen=True, slots=True)
class OverwriteEnding:
    """Of volumes that become what a snapshot or a backup is; `spare` leaves that as it was."""

    spare: Callable[[DiskTask], None]
    sources: Sources

    def succeed(self, task: DiskTask) -> None:
        """Both at rest."""
        self.spare(task)
        self.sources.rest(task)

    def fail(self, task: DiskTask, message: str) -> None:
        """The volume may have lost its disk: what it was to become has not, and serves again."""
        self.spare(task)
        self.sources.rest(task, message, VolumeStatus.ERROR)

    def late(self, task: DiskTask, message: str) -> None:
        """Still under way."""
        self.sources.late(task, message)
