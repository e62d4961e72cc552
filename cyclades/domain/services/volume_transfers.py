"""Transfers: giving a volume to another project, which takes it by showing a key."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope, project_for, reach_of
from cyclades.domain.model.snapshot import Snapshot, SnapshotStatus
from cyclades.domain.model.volume import Volume, VolumeStatus
from cyclades.domain.model.volume_actions import InvalidVolume, VolumeAction, require
from cyclades.domain.model.volume_transfer import KEY_BITS, VolumeTransfer, digest
from cyclades.domain.services.volume_sources import refuse_source
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.snapshots import SnapshotRepository
from cyclades.ports.volume_transfers import VolumeTransferRepository
from cyclades.ports.volumes import VolumeRepository

EVERYTHING = Scope(None, everything=True)


@dataclass(frozen=True, slots=True)
class VolumeTransfers:
    """A volume and its snapshots change hands together, and so does what they cost."""

    repository: VolumeTransferRepository
    volumes: VolumeRepository
    snapshots: SnapshotRepository
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids

    def create(
        self, caller: Caller, volume_id: str, name: str | None, *, no_snapshots: bool
    ) -> tuple[VolumeTransfer, str]:
        """Offer a volume; the key is told this once. Raises NotFound, InvalidInput."""
        volume = self.volumes.get(reach_of(caller), volume_id)
        require(volume, VolumeAction.TRANSFER)
        refuse_source(self.volumes, volume)
        held = self.snapshots.of_volume(volume.id)
        if held and no_snapshots:
            raise InvalidVolume(
                f"Volume {volume.id} has snapshots, which go where it goes: delete them first, or "
                "give them away with it (no_snapshots: false, since 3.55)."
            )
        require_rest(held)
        key = self.ids.token(KEY_BITS)
        transfer = VolumeTransfer(
            self.ids.new(),
            volume.project_id,
            volume.id,
            name,
            digest(key),
            no_snapshots,
            self.clock.now(),
        )
        self.repository.add(transfer)
        self._save(replace(volume, status=VolumeStatus.AWAITING_TRANSFER))
        return transfer, key

    def show(self, caller: Caller, transfer_id: str) -> VolumeTransfer:
        """One. Raises NotFound."""
        return self.repository.get(reach_of(caller), transfer_id)

    def page(self, listing: Listing) -> Sequence[VolumeTransfer]:
        """A page. Raises NotFound for a bad marker."""
        return self.repository.list(listing)

    def count(self, listing: Listing) -> int:
        """How many there are on all pages."""
        return self.repository.count(listing)

    def delete(self, caller: Caller, transfer_id: str) -> None:
        """Think better of it. Raises NotFound."""
        transfer = self.repository.take(reach_of(caller), transfer_id)
        volume = self._waiting(transfer)
        self.repository.remove(transfer)
        self._save(replace(volume, status=VolumeStatus.AVAILABLE))

    def accept(self, caller: Caller, transfer_id: str, key: str) -> VolumeTransfer:
        """Take the volume. Raises NotFound, also for a wrong key, and OverQuota."""
        transfer = self.repository.take(EVERYTHING, transfer_id)
        if not transfer.opened_by(key):
            raise NotFound("transfer", transfer_id[:64])
        owner = project_for(caller, None, "volume:accept_transfer")
        volume, held = self._waiting(transfer), self.snapshots.of_volume(transfer.volume_id)
        require_rest(held)
        moved = replace(
            volume, project_id=owner, user_id=caller.user_id, status=VolumeStatus.AVAILABLE
        )
        self.repository.remove(transfer)
        self._save(moved, transfer.project_id)
        for snapshot in held:
            self._give(snapshot, moved)
        self.quota.release(transfer.project_id, volume.usage)
        for snapshot in held:
            self.quota.release(snapshot.project_id, snapshot.usage)
        self.quota.charge(owner, sum_of([volume.usage, *(each.usage for each in held)]))
        return transfer

    def _give(self, snapshot: Snapshot, volume: Volume) -> None:
        mine = replace(
            snapshot,
            project_id=volume.project_id,
            user_id=volume.user_id,
            updated=self.clock.now(),
        )
        saved = self.snapshots.save(mine)
        for project_id in {snapshot.project_id, volume.project_id}:
            self.feed.publish(Changed("snapshot", saved.id, saved.version, project_id))

    def _waiting(self, transfer: VolumeTransfer) -> Volume:
        volume = self.volumes.by_id(transfer.volume_id)
        if volume is None or volume.status is not VolumeStatus.AWAITING_TRANSFER:
            raise InvalidVolume(f"Volume {transfer.volume_id} does not wait for a new owner.")
        return volume

    def _save(self, volume: Volume, former_project: str | None = None) -> None:
        saved = self.volumes.save(replace(volume, updated=self.clock.now()))
        for project_id in {saved.project_id, former_project or saved.project_id}:
            self.feed.publish(Changed("volume", saved.id, saved.version, project_id))


def require_rest(snapshots: Sequence[Snapshot]) -> None:
    """Raise InvalidVolume while something is done to one of them."""
    for snapshot in snapshots:
        if snapshot.status not in {SnapshotStatus.AVAILABLE, SnapshotStatus.ERROR}:
            raise InvalidVolume(f"Snapshot {snapshot.id} of the volume is {snapshot.status}.")


def sum_of(amounts: Sequence[dict[str, int]]) -> dict[str, int]:
    """Added up by resource."""
    total: dict[str, int] = {}
    for each in amounts:
        for name, amount in each.items():
            total[name] = total.get(name, 0) + amount
    return total
