"""Volumes that become what a snapshot or a backup has kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cyclades.domain.model.backup import Backup, BackupStatus, require_restorable
from cyclades.domain.model.disk_plans import RESTORE, REVERT
from cyclades.domain.model.disk_task import TaskKind
from cyclades.domain.model.disk_templates import Can
from cyclades.domain.model.errors import Conflict, InvalidInput
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.snapshot import Snapshot, SnapshotStatus
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.model.wanted_volume import Source, WantedVolume, size_of
from cyclades.domain.services.disk_copies import DiskCopies
from cyclades.domain.services.volume_creation import VolumeCreation
from cyclades.domain.services.volume_sources import refuse_source
from cyclades.ports.backups import BackupRepository
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.snapshots import SnapshotRepository
from cyclades.ports.volumes import VolumeRepository

# In error after such a task has failed, it may be tried again.
READY = frozenset({VolumeStatus.AVAILABLE, VolumeStatus.ERROR})
AT_HOME = frozenset({Place.NOWHERE, Place.HOLDER})


@dataclass(frozen=True, slots=True)
class VolumeRestores:
    """The volume's disk is thrown away before the new one is made: what is kept outlives both."""

    volumes: VolumeRepository
    snapshots: SnapshotRepository
    backups: BackupRepository
    creation: VolumeCreation
    copies: DiskCopies
    feed: Feed
    clock: Clock
    ids: Ids

    def revert(self, caller: Caller, request_id: str, volume_id: str, snapshot_id: str) -> None:
        """Make it what its newest snapshot is. Raises NotFound, InvalidInput, Conflict."""
        volume = self.volumes.get(reach_of(caller), volume_id)
        snapshot = self.snapshots.get(reach_of(caller), snapshot_id)
        self._require_newest(volume, snapshot)
        self._require_ready(volume)
        plan, task_id = REVERT[volume.holder, snapshot.holder], self.ids.new()
        if not plan:
            return
        self.copies.require(volume, Can.MOVE)
        cluster_id = volume.cluster_id or snapshot.cluster_id or ""
        task = self.copies.task(TaskKind.REVERT, caller, request_id, task_id, cluster_id)
        self.copies.claim(replace(volume, cluster_id=cluster_id), task_id, VolumeStatus.REVERTING)
        restoring = replace(
            snapshot, status=SnapshotStatus.RESTORING, task_id=task_id, updated=self.clock.now()
        )
        kept = self.snapshots.save(restoring)
        self.feed.publish(Changed("snapshot", kept.id, kept.version, kept.project_id))
        self.copies.begin(
            replace(
                task,
                plan=plan,
                facts=self.copies.of_snapshot(snapshot),
                volume_id=volume.id,
                snapshot_id=snapshot.id,
            )
        )

    def restore(
        self,
        caller: Caller,
        request_id: str,
        backup_id: str,
        volume_id: str | None = None,
        name: str | None = None,
    ) -> Volume:
        """Into a volume that is there, or else into a new one.

        Raises NotFound, InvalidInput, OverQuota, NoCapacity.
        """
        backup = self._restorable(caller, backup_id)
        if volume_id is None:
            named = name or f"restore_backup_{backup.id}"
            wanted = WantedVolume(name=named, description=backup.description)
            volume = self._new(caller, request_id, backup, wanted)
        else:
            volume = self._target(caller, backup, volume_id)
        return self._fill(caller, request_id, backup, volume)

    def create(self, caller: Caller, request_id: str, wanted: WantedVolume) -> Volume:
        """A new volume, as its users want it, with what a backup has kept.

        Raises NotFound, InvalidInput, OverQuota, NoCapacity.
        """
        wanted.require_one_source()
        backup = self._restorable(caller, wanted.backup_id or "")
        volume = self._new(caller, request_id, backup, wanted)
        return self._fill(caller, request_id, backup, volume)

    def _restorable(self, caller: Caller, backup_id: str) -> Backup:
        backup = self.backups.get(reach_of(caller), backup_id)
        require_restorable(backup)
        return backup

    def _fill(self, caller: Caller, request_id: str, backup: Backup, volume: Volume) -> Volume:
        plan = RESTORE[volume.holder, backup.blob is not None]
        marked = replace(
            volume,
            bootable=backup.bootable,
            metadata={**volume.metadata, **backup.volume_metadata},
            image_metadata=backup.image_metadata,
        )
        if not plan:
            saved = self.volumes.save(replace(marked, updated=self.clock.now()))
            self.feed.publish(Changed("volume", saved.id, saved.version, saved.project_id))
            return saved
        task_id, placed = self.ids.new(), self._placed(marked)
        claimed, facts = self.copies.claim(placed, task_id, VolumeStatus.RESTORING)
        kept = self.backups.save(
            replace(
                backup,
                status=BackupStatus.RESTORING,
                task_id=task_id,
                updated=self.clock.now(),
            )
        )
        self.feed.publish(Changed("backup", kept.id, kept.version, kept.project_id))
        task = self.copies.task(
            TaskKind.RESTORE, caller, request_id, task_id, claimed.cluster_id or ""
        )
        about = replace(task, plan=plan, volume_id=volume.id, backup_id=backup.id)
        self.copies.begin(replace(about, facts={**facts, **bytes_of(backup)}))
        return claimed

    def _placed(self, volume: Volume) -> Volume:
        """In a cluster; its disk comes from its holder. Raises InvalidInput, NoCapacity."""
        self.copies.require(volume, Can.MOVE)
        if volume.place is not Place.NOWHERE or volume.holder:
            return volume
        cluster = self.copies.somewhere(volume)
        return replace(volume, cluster_id=cluster.id, availability_zone=cluster.availability_zone)

    def _new(self, caller: Caller, request_id: str, backup: Backup, wanted: WantedVolume) -> Volume:
        size = size_of(wanted.size, Source(backup.size, "backup"))
        return self.creation.create(caller, request_id, replace(wanted, size=size, backup_id=None))

    def _target(self, caller: Caller, backup: Backup, volume_id: str) -> Volume:
        volume = self.volumes.get(reach_of(caller), volume_id)
        self._require_ready(volume)
        if volume.size < backup.size:
            raise InvalidInput(
                f"Invalid volume: volume size {volume.size} is too small to restore backup of size "
                f"{backup.size}.",
                "restore.volume_id",
            )
        return volume

    def _require_ready(self, volume: Volume) -> None:
        """It is at home, and nobody needs what is on its disk."""
        if volume.status not in READY or volume.place not in AT_HOME:
            raise InvalidInput(
                f"Invalid volume: Volume {volume.id} status must be available, but current status "
                f"is: {volume.status}."
            )
        refuse_source(self.volumes, volume)

    def _require_newest(self, volume: Volume, snapshot: Snapshot) -> None:
        if snapshot.volume_id != volume.id:
            raise InvalidInput(
                f"Invalid snapshot: Snapshot {snapshot.id} is not of volume {volume.id}.",
                "revert.snapshot_id",
            )
        newest = self.snapshots.of_volume(volume.id)[0]
        if newest.id != snapshot.id:
            raise InvalidInput(
                f"Invalid snapshot: Specified snapshot {snapshot.id} is not the most recent one of "
                f"volume {volume.id}: {newest.id} is.",
                "revert.snapshot_id",
            )
        if snapshot.status is not SnapshotStatus.AVAILABLE:
            raise Conflict(
                f"Invalid snapshot: Snapshot {snapshot.id} must be available, but is "
                f"{snapshot.status}."
            )
        if snapshot.holder and volume.cluster_id not in {None, snapshot.cluster_id}:
            raise InvalidInput(
                f"Invalid volume: Volume {volume.id} is in another cluster now than the snapshot: "
                "it cannot be reverted, but a new volume can be made from the snapshot.",
                "revert.snapshot_id",
            )
        if snapshot.size != volume.size:
            raise InvalidInput(
                f"Invalid volume: Volume {volume.id} was extended since the snapshot was taken: it "
                "cannot be reverted, but a new volume can be made from the snapshot.",
                "revert.snapshot_id",
            )


def bytes_of(backup: Backup) -> Mapping[str, str]:
    """Where they are, and what they must be; none of a blank one."""
    if backup.blob is None:
        return {}
    return {
        "blob": backup.blob,
        "disk_format": backup.disk_format or "raw",
        "blob_size": str(backup.blob_size),
        "sha512": backup.sha512 or "",
    }
