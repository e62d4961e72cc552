"""What the block devices of a request for servers mean: whose volumes, of which types, where."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from cyclades.domain.model.block_device import BlockDevice, Destination, Source, require_sound
from cyclades.domain.model.disk_templates import Can, refusal
from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.flavor import Flavor
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import Image
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.model.volume_type import VolumeType
from cyclades.domain.model.wanted_server import WantedServer
from cyclades.domain.model.wanted_volume import Source as Content
from cyclades.domain.model.wanted_volume import WantedVolume, image_metadata, image_size, size_of
from cyclades.domain.services.volume_sources import VolumeSources
from cyclades.domain.services.volume_types import EVERYTHING, VolumeTypes
from cyclades.ports.clusters import ClusterRepository
from cyclades.ports.volumes import VolumeRepository

VOLUME_TYPE = "SNF:volume_type"  # a flavor's extra spec: what its servers' own disks are kept on
FAILED = "failed to get {} {}."


@dataclass(frozen=True, slots=True)
class DiskWish:
    """A volume of a new server: one that is there, or a new one with what is to be on it."""

    device: BlockDevice
    size: int
    volume: Volume | None = None
    kind: VolumeType | None = None
    content: Content | None = None

    @property
    def cluster_id(self) -> str | None:
        """Where its disk is, or has to be."""
        if self.volume is not None:
            return None if self.volume.place is Place.NOWHERE else self.volume.cluster_id
        return self.content.cluster_id if self.content else None

    @property
    def made(self) -> bool:
        """The job that makes the instance makes its disk, too."""
        fills_itself = self.device.source is Source.IMAGE and self.device.root
        return self.cluster_id is None and (self.device.source is not Source.IMAGE or fills_itself)


@dataclass(frozen=True, slots=True)
class WantedDisks:
    """Volumes, the one to boot from first, and those that are made with the instance before others.

    No `clusters`: anywhere. `local`: it boots from a disk of its own. `properties`: what is known
    of the image on the disk that it boots from. `provider`: who makes the server's own disks, if
    the cluster does not.
    """

    template: str
    wishes: tuple[DiskWish, ...] = ()
    clusters: frozenset[str] | None = None
    local: bool = True
    properties: dict[str, str] = field(default_factory=dict)
    provider: str = ""


@dataclass(frozen=True, slots=True)
class BlockDevices:
    """Whatever a body names and nobody has is the body's fault: 400, not 404."""

    volumes: VolumeRepository
    sources: VolumeSources
    types: VolumeTypes
    clusters: ClusterRepository
    usual_template: str

    def understood(
        self, caller: Caller, wanted: WantedServer, flavor: Flavor, image: Image | None
    ) -> WantedDisks:
        """All devices. Raises InvalidInput, which names the field."""
        require_sound(wanted.devices, wanted.image_id)
        devices = [d for d in wanted.devices if d.destination is Destination.VOLUME]
        named = [d for d in devices if d.source is Source.VOLUME]
        if named and wanted.max_count > 1:
            raise named[0].wrong("Cannot attach one or more volumes to multiple instances", "uuid")
        wishes = tuple(
            sorted(
                (self._wish(caller, device) for device in devices),
                key=lambda wish: (not wish.device.root, not wish.made),
            )
        )
        local = not any(wish.device.root for wish in wishes)
        kind = self._of_flavor(flavor) if local else wishes[0].kind
        template = self._kept_on(kind) if local else self._template(wishes[0])
        provider = kind.provider if kind else ""
        for wish in wishes:
            self._require_template(wish, template)
        known = dict(image.properties) if image else {}
        if not local and wishes[0].content:
            known = dict(wishes[0].content.image_metadata)
        elif not local and wishes[0].volume:
            known = dict(wishes[0].volume.image_metadata)
        return WantedDisks(template, wishes, self._places(wishes), local, known, provider)

    def _wish(self, caller: Caller, device: BlockDevice) -> DiskWish:
        try:
            if device.source is Source.VOLUME:
                return self._existing(caller, device)
            content = self._content(caller, device)
            name = device.volume_type or (content.type_id if content else None)
            kind = self.types.wanted(caller, name)
            size = size_of(device.size, content)
        except NotFound as error:
            said, where = FAILED.format(device.source, device.uuid), "uuid"
            if error.kind == "volume type":
                said, where = f"Volume type {error.name} could not be found.", "volume_type"
            raise device.wrong(said, where) from error
        except InvalidInput as error:
            if (error.field or "").startswith(device.field):
                raise
            where = "volume_size" if error.field == "volume.size" else "uuid"
            raise device.wrong(str(error), where) from error
        if device.root and content is not None and not content.bootable:
            raise device.wrong(f"Block Device {device.uuid} is not bootable.", "uuid")
        return DiskWish(device, size, kind=kind, content=content)

    def _content(self, caller: Caller, device: BlockDevice) -> Content | None:
        if device.source is Source.IMAGE:
            image = self._image(caller, device)
            known = image_metadata(image)
            return Content(image_size(image), "image", bootable=True, image_metadata=known)
        if device.source is Source.SNAPSHOT:
            return self.sources.of(caller, WantedVolume(snapshot_id=device.uuid))
        return None

    def _image(self, caller: Caller, device: BlockDevice) -> Image:
        return self.sources.usable_image(caller, device.uuid)

    def _existing(self, caller: Caller, device: BlockDevice) -> DiskWish:
        volume = self.volumes.get(reach_of(caller), device.uuid)
        if volume.project_id != caller.project_id:
            raise NotFound("volume", device.uuid)
        if volume.status is not VolumeStatus.AVAILABLE:
            raise device.wrong(
                f"Invalid volume: volume '{volume.id}' status must be 'available' or 'reserved'. "
                f"Currently in '{volume.status}'",
                "uuid",
            )
        if volume.task_id or self.volumes.being_copied(volume.id):
            raise device.wrong(
                f"Invalid volume: volume '{volume.id}' is being copied: please try again when that "
                "has ended.",
                "uuid",
            )
        if volume.readonly:
            raise device.wrong(
                f"Invalid volume: volume '{volume.id}' is read-only, and servers write to their "
                "disks.",
                "uuid",
            )
        if device.root and not volume.bootable:
            raise device.wrong(f"Block Device {volume.id} is not bootable.", "uuid")
        if device.size is not None and device.size != volume.size:
            raise device.wrong(f"Volume {volume.id} has {volume.size} GB.", "volume_size")
        kind = self.types.repository.get(EVERYTHING, volume.type_id)
        return DiskWish(device, volume.size, volume, kind)

    def _of_flavor(self, flavor: Flavor) -> VolumeType | None:
        name = flavor.extra_specs.get(VOLUME_TYPE)
        if name is None:
            return None
        try:
            return self.types.repository.named(EVERYTHING, name)
        except NotFound:
            return None  # an operator has removed it meanwhile

    def _template(self, wish: DiskWish) -> str:
        if wish.volume is not None:
            return wish.volume.disk_template
        return self._kept_on(wish.kind)

    def _kept_on(self, kind: VolumeType | None) -> str:
        return kind.disk_template(self.usual_template) if kind else self.usual_template

    def _require_template(self, wish: DiskWish, template: str) -> None:
        own = self._template(wish)
        if own != template:
            raise wish.device.wrong(
                f"The volume is kept on {own}, the server's other disks on {template}.",
                "volume_type",
            )
        moves = not wish.made and refusal(own, Can.MOVE)
        if moves:
            raise wish.device.wrong(moves, "uuid")

    def _places(self, wishes: Sequence[DiskWish]) -> frozenset[str] | None:
        """The clusters that all of them can be in."""
        bound = {wish.cluster_id: wish for wish in wishes if wish.cluster_id}
        if len(bound) > 1:
            raise bound.popitem()[1].device.wrong("The volumes are in different clusters.", "uuid")
        kinds = [wish.kind for wish in wishes if wish.kind is not None]
        if not bound and not kinds:
            return None
        return frozenset(bound) & self._allowed(kinds) if bound else self._allowed(kinds)

    def _allowed(self, kinds: Collection[VolumeType]) -> frozenset[str]:
        return frozenset(
            cluster.id
            for cluster in self.clusters.list()
            if all(kind.allows(cluster.name) for kind in kinds)
        )
