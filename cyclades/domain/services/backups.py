"""Backups: taking them, finding them, describing and deleting them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.backup import (
    Backup,
    BackupStatus,
    WantedBackup,
    refuse_busy,
    repaired,
    require_removable,
)
from cyclades.domain.model.build import SavedAs
from cyclades.domain.model.disk_task import TaskKind
from cyclades.domain.model.disk_templates import Can
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.snapshot import Snapshot, SnapshotStatus, require_copyable
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.services.disk_copies import DiskCopies, kept_format
from cyclades.ports.backups import BackupRepository
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.snapshots import SnapshotRepository
from cyclades.ports.volumes import VolumeRepository


@dataclass(frozen=True, slots=True)
class Backups:
    """A blank volume's backups are rows only; others have a blob in the image store.

    `discard` forgets a blob once the transaction is committed.
    """

    repository: BackupRepository
    volumes: VolumeRepository
    snapshots: SnapshotRepository
    copies: DiskCopies
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids
    discard: Callable[[str], None]

    def create(self, caller: Caller, request_id: str, wanted: WantedBackup) -> Backup:
        """Promise a backup. Raises NotFound, InvalidInput, OverQuota."""
        volume = self.volumes.get(reach_of(caller), wanted.volume_id)
        snapshot = self._snapshot(caller, wanted)
        if snapshot is None:
            require_copyable(volume, in_use=wanted.in_use)
        self.copies.require(snapshot or volume, Can.SAVE)
        now = self.clock.now()
        blank = not snapshot.holder if snapshot else volume.place is Place.NOWHERE
        backup = Backup(
            id=self.ids.new(),
            project_id=caller.project_id or volume.project_id,
            user_id=caller.user_id,
            volume_id=volume.id,
            name=wanted.name,
            size=snapshot.size if snapshot else volume.size,
            availability_zone=volume.availability_zone,
            created=now,
            updated=now,
            snapshot_id=wanted.snapshot_id,
            description=wanted.description,
            container=wanted.container,
            status=BackupStatus.AVAILABLE if blank else BackupStatus.CREATING,
            disk_format=None if blank else kept_format(volume.image_metadata),
            task_id=None if blank else self.ids.new(),
            bootable=snapshot.bootable if snapshot else volume.bootable,
            metadata=wanted.metadata,
            image_metadata=snapshot.image_metadata if snapshot else volume.image_metadata,
            volume_metadata=volume.metadata,
        )
        self.quota.charge(backup.project_id, backup.usage)
        self.repository.add(backup)
        self._publish(backup)
        if backup.task_id:
            self._begin(caller, request_id, backup, volume, snapshot)
        return backup

    def show(self, caller: Caller, backup_id: str) -> Backup:
        """One. Raises NotFound."""
        return self.repository.show(reach_of(caller), backup_id)

    def page(self, listing: Listing) -> Sequence[Backup]:
        """A page. Raises NotFound for an unknown marker."""
        return self.repository.list(listing)

    def count(self, listing: Listing) -> int:
        """How many there are on all pages."""
        return self.repository.count(listing)

    def update(self, caller: Caller, backup_id: str, change: Callable[[Backup], Backup]) -> Backup:
        """Change what users wrote down about it."""
        backup = self.repository.get(reach_of(caller), backup_id)
        saved = self.repository.save(replace(change(backup), updated=self.clock.now()))
        self._publish(saved)
        return saved

    def delete(self, caller: Caller, backup_id: str) -> None:
        """Forget it, and its bytes after the commit. Raises NotFound, InvalidInput."""
        backup = self.repository.get(reach_of(caller), backup_id)
        require_removable(backup)
        self._remove(backup)

    def force_delete(self, caller: Caller, backup_id: str) -> None:
        """In whatever status, as long as nothing is under way. Raises NotFound, InvalidInput."""
        backup = self.repository.get(reach_of(caller), backup_id)
        refuse_busy(backup)
        self._remove(backup)

    def repair(self, caller: Caller, backup_id: str, status: str) -> None:
        """Administrators say what it is; nothing is believed that is not so.

        Raises NotFound, InvalidInput.
        """
        self.update(caller, backup_id, lambda found: repaired(found, status))

    def _remove(self, backup: Backup) -> None:
        self.repository.remove(backup)
        self.quota.release(backup.project_id, backup.usage)
        self._publish(replace(backup, version=backup.version + 1))
        if backup.blob is not None:
            self.discard(backup.blob)

    def _snapshot(self, caller: Caller, wanted: WantedBackup) -> Snapshot | None:
        if wanted.snapshot_id is None:
            return None
        snapshot = self.snapshots.get(reach_of(caller), wanted.snapshot_id)
        if snapshot.volume_id != wanted.volume_id:
            raise InvalidInput(
                f"Invalid snapshot: Snapshot {snapshot.id} is not of volume {wanted.volume_id}.",
                "backup.snapshot_id",
            )
        if snapshot.status is not SnapshotStatus.AVAILABLE:
            raise InvalidInput(
                "Invalid snapshot: Snapshot to be backed up must be available, but the current "
                f"status is {snapshot.status}.",
                "backup.snapshot_id",
            )
        return snapshot

    def _begin(
        self,
        caller: Caller,
        request_id: str,
        backup: Backup,
        volume: Volume,
        snapshot: Snapshot | None,
    ) -> None:
        task_id, cluster_id = backup.task_id or "", (snapshot or volume).cluster_id or ""
        task = self.copies.task(TaskKind.BACKUP, caller, request_id, task_id, cluster_id)
        if snapshot:
            facts = self.copies.of_snapshot(snapshot)
        else:
            facts = self.copies.claim(volume, task_id, VolumeStatus.BACKING_UP)[1]
        about = replace(
            task,
            facts=facts,
            volume_id=volume.id,
            snapshot_id=backup.snapshot_id,
            backup_id=backup.id,
        )
        self.copies.save(about, SavedAs.BACKUP, backup.id, backup.disk_format or "")

    def _publish(self, backup: Backup) -> None:
        self.feed.publish(Changed("backup", backup.id, backup.version, backup.project_id))
