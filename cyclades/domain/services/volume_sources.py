"""What new volumes begin with: an image, a snapshot, another volume, or nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import Image
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.snapshot import SnapshotStatus
from cyclades.domain.model.volume import Place, Volume
from cyclades.domain.model.volume_actions import InvalidVolume, VolumeAction, require
from cyclades.domain.model.wanted_volume import Source, WantedVolume, image_metadata, image_size
from cyclades.ports.snapshots import SnapshotRepository
from cyclades.ports.volumes import VolumeRepository


@dataclass(frozen=True, slots=True)
class VolumeSources:
    """What the words of a request turn out to mean."""

    volumes: VolumeRepository
    snapshots: SnapshotRepository
    usable_image: Callable[[Caller, str], Image]

    def of(self, caller: Caller, wanted: WantedVolume) -> Source | None:
        """Claimed; None for a blank volume. Raises NotFound, InvalidInput."""
        if wanted.image_id is not None:
            return self._image(caller, wanted.image_id)
        if wanted.snapshot_id is not None:
            return self._snapshot(caller, wanted.snapshot_id)
        if wanted.source_volid is not None:
            return self._volume(caller, wanted.source_volid)
        return None

    def _image(self, caller: Caller, image_id: str) -> Source:
        # Whatever a body names and nobody has is the body's fault: 400, not 404.
        try:
            image = self.usable_image(caller, image_id)
        except NotFound as error:
            raise InvalidInput(
                "Invalid image identifier or unable to access requested image.", "volume.imageRef"
            ) from error
        known = image_metadata(image)
        return Source(image_size(image), "image", bootable=True, image_metadata=known)

    def _snapshot(self, caller: Caller, snapshot_id: str) -> Source:
        snapshot = self.snapshots.get(reach_of(caller), snapshot_id)
        if snapshot.status is not SnapshotStatus.AVAILABLE:
            raise InvalidInput(
                "Invalid snapshot: Originating snapshot status must be one of 'available' values.",
                "volume.snapshot_id",
            )
        return Source(
            snapshot.size,
            "snapshot",
            snapshot.bootable,
            snapshot.image_metadata,
            snapshot.type_id,
            snapshot.disk_template,
            snapshot.cluster_id if snapshot.holder else None,
        )

    def _volume(self, caller: Caller, volume_id: str) -> Source:
        volume = self.volumes.get(reach_of(caller), volume_id)
        require(volume, VolumeAction.CLONE)
        return Source(
            volume.size,
            "source volume",
            volume.bootable,
            volume.image_metadata,
            volume.type_id,
            volume.disk_template,
            None if volume.place is Place.NOWHERE else volume.cluster_id,
        )


def refuse_source(volumes: VolumeRepository, volume: Volume) -> None:
    """Raise InvalidVolume while a new volume is being filled from its disk; it is claimed."""
    if volumes.being_copied(volume.id):
        raise InvalidVolume(
            f"Volume {volume.id} is being copied into a new volume: please try again when that has "
            "ended."
        )
