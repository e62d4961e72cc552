"""Snapshots: taking them, finding them, describing and deleting them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.disk_plans import DELETE_SNAPSHOT, TAKE_SNAPSHOT, Step
from cyclades.domain.model.disk_task import TaskKind
from cyclades.domain.model.disk_templates import Can
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.snapshot import (
    Snapshot,
    SnapshotStatus,
    WantedSnapshot,
    refuse_busy,
    repaired,
    require_copyable,
    require_removable,
)
from cyclades.domain.model.volume import Place
from cyclades.domain.services.disk_copies import DiskCopies
from cyclades.ports.clock import Clock
from cyclades.ports.disk_tasks import DiskTaskRepository
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.snapshots import SnapshotRepository
from cyclades.ports.volumes import VolumeRepository


@dataclass(frozen=True, slots=True)
class Snapshots:
    """A blank volume's snapshots are rows only; others have a disk of their own."""

    repository: SnapshotRepository
    volumes: VolumeRepository
    copies: DiskCopies
    tasks: DiskTaskRepository
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids

    def create(self, caller: Caller, request_id: str, wanted: WantedSnapshot) -> Snapshot:
        """Promise a snapshot. Raises NotFound, InvalidInput, OverQuota."""
        volume = self.volumes.get(reach_of(caller), wanted.volume_id)
        require_copyable(volume, in_use=wanted.in_use)
        now, blank = self.clock.now(), volume.place is Place.NOWHERE
        if not blank:
            self.copies.require(volume, Can.CLONE)
        snapshot = Snapshot(
            id=self.ids.new(),
            project_id=caller.project_id or volume.project_id,
            user_id=caller.user_id,
            volume_id=volume.id,
            type_id=volume.type_id,
            name=wanted.name,
            size=volume.size,
            disk_template=volume.disk_template,
            created=now,
            updated=now,
            description=wanted.description,
            status=SnapshotStatus.AVAILABLE if blank else SnapshotStatus.CREATING,
            cluster_id=None if blank else volume.cluster_id,
            task_id=None if blank else self.ids.new(),
            bootable=volume.bootable,
            metadata=wanted.metadata,
            image_metadata=volume.image_metadata,
        )
        self.quota.charge(snapshot.project_id, snapshot.usage)
        self.repository.add(snapshot)
        self._publish(snapshot)
        if snapshot.task_id:
            facts = self.copies.claim(volume, snapshot.task_id)[1]
            self._begin(caller, request_id, snapshot, TaskKind.SNAPSHOT, TAKE_SNAPSHOT, facts)
        return snapshot

    def show(self, caller: Caller, snapshot_id: str) -> Snapshot:
        """One. Raises NotFound."""
        return self.repository.show(reach_of(caller), snapshot_id)

    def page(self, listing: Listing) -> Sequence[Snapshot]:
        """A page. Raises NotFound for an unknown marker."""
        return self.repository.list(listing)

    def count(self, listing: Listing) -> int:
        """How many there are on all pages."""
        return self.repository.count(listing)

    def update(
        self, caller: Caller, snapshot_id: str, change: Callable[[Snapshot], Snapshot]
    ) -> Snapshot:
        """Change what users wrote down about it."""
        snapshot = self.repository.get(reach_of(caller), snapshot_id)
        saved = self.repository.save(replace(change(snapshot), updated=self.clock.now()))
        self._publish(saved)
        return saved

    def delete(self, caller: Caller, request_id: str, snapshot_id: str) -> None:
        """Forget it, and its disk. Raises NotFound, InvalidInput."""
        snapshot = self.repository.get(reach_of(caller), snapshot_id)
        require_removable(snapshot)
        self._remove(caller, request_id, snapshot)

    def force_delete(self, caller: Caller, request_id: str, snapshot_id: str) -> None:
        """In whatever status, as long as nothing is under way. Raises NotFound, InvalidInput."""
        snapshot = self.repository.get(reach_of(caller), snapshot_id)
        refuse_busy(snapshot)
        self._remove(caller, request_id, snapshot)

    def clear(self, caller: Caller, request_id: str, volume_id: str) -> str | None:
        """Forget those of a volume, disks one after the other: the id of the next disk's task.

        None when there are none left. Raises InvalidInput.
        """
        every = self.repository.of_volume(volume_id)
        for snapshot in every:
            require_removable(snapshot)
            self._refuse_needed(snapshot)
        disks = [snapshot for snapshot in every if snapshot.holder]
        for snapshot in every:
            if not snapshot.holder:
                self._remove(caller, request_id, snapshot)
        return self._remove_disk(caller, request_id, disks[0]) if disks else None

    def repair(self, caller: Caller, snapshot_id: str, status: str) -> None:
        """Administrators say what it is; nothing is believed that is not so.

        Raises NotFound, InvalidInput.
        """
        self.update(caller, snapshot_id, lambda found: repaired(found, status))

    def _remove(self, caller: Caller, request_id: str, snapshot: Snapshot) -> None:
        if snapshot.holder:
            self._refuse_needed(snapshot)
            self._remove_disk(caller, request_id, snapshot)
            return
        self.repository.remove(snapshot)
        self.quota.release(snapshot.project_id, snapshot.usage)
        self._publish(replace(snapshot, version=snapshot.version + 1))

    def _refuse_needed(self, snapshot: Snapshot) -> None:
        if self.tasks.reading(snapshot.id):
            raise InvalidInput(
                f"Invalid snapshot: Snapshot {snapshot.id} is being copied: please try again when "
                "that has ended."
            )
        if self.volumes.awaiting(snapshot.id):
            raise InvalidInput(
                f"Invalid snapshot: Volumes made from snapshot {snapshot.id} get their disks from "
                "it when servers first have them: attach or delete them before."
            )

    def _remove_disk(self, caller: Caller, request_id: str, snapshot: Snapshot) -> str:
        task_id = self.ids.new()
        leaving = replace(
            snapshot,
            status=SnapshotStatus.DELETING,
            task_id=task_id,
            fault=None,
            updated=self.clock.now(),
        )
        saved = self.repository.save(leaving)
        self._publish(saved)
        facts = self.copies.shape(saved)
        self._begin(caller, request_id, saved, TaskKind.DELETE_SNAPSHOT, DELETE_SNAPSHOT, facts)
        return task_id

    def _begin(
        self,
        caller: Caller,
        request_id: str,
        snapshot: Snapshot,
        kind: TaskKind,
        plan: tuple[Step, ...],
        facts: Mapping[str, str],
    ) -> None:
        task = self.copies.task(
            kind, caller, request_id, snapshot.task_id or "", snapshot.cluster_id or ""
        )
        self.copies.begin(
            replace(
                task,
                plan=plan,
                facts=facts,
                volume_id=snapshot.volume_id,
                snapshot_id=snapshot.id,
            )
        )

    def _publish(self, snapshot: Snapshot) -> None:
        self.feed.publish(Changed("snapshot", snapshot.id, snapshot.version, snapshot.project_id))
