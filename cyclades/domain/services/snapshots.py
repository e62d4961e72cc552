"""Snapshots: taking them, finding them, describing and deleting them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.snapshot import (
    Snapshot,
    SnapshotStatus,
    WantedSnapshot,
    require_copyable,
    require_removable,
)
from cyclades.domain.model.volume import Place
from cyclades.ports.clock import Clock
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
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids

    def create(self, caller: Caller, wanted: WantedSnapshot) -> Snapshot:
        """Promise a snapshot. Raises NotFound, InvalidInput, OverQuota."""
        volume = self.volumes.get(reach_of(caller), wanted.volume_id)
        require_copyable(volume, in_use=wanted.in_use)
        now, blank = self.clock.now(), volume.place is Place.NOWHERE
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
            bootable=volume.bootable,
            metadata=wanted.metadata,
            image_metadata=volume.image_metadata,
        )
        self.quota.charge(snapshot.project_id, snapshot.usage)
        self.repository.add(snapshot)
        self._publish(snapshot)
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

    def delete(self, caller: Caller, snapshot_id: str) -> None:
        """Forget it, and its disk. Raises NotFound, InvalidInput."""
        snapshot = self.repository.get(reach_of(caller), snapshot_id)
        require_removable(snapshot)
        self.repository.remove(snapshot)
        self.quota.release(snapshot.project_id, snapshot.usage)
        self._publish(replace(snapshot, version=snapshot.version + 1))

    def _publish(self, snapshot: Snapshot) -> None:
        self.feed.publish(Changed("snapshot", snapshot.id, snapshot.version, snapshot.project_id))
