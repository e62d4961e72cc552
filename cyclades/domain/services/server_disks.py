"""The disks of new servers: those that come with the instance, and volumes that follow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.block_device import Source
from cyclades.domain.model.device_names import ROOT, next_device
from cyclades.domain.model.disk_commands import DiskWanted
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.placement import GIB
from cyclades.domain.model.server import Server
from cyclades.domain.model.volume import Volume, VolumeStatus, disk_name, seat_name
from cyclades.domain.model.volume_attachment import AttachmentStatus, VolumeAttachment
from cyclades.domain.model.wanted_volume import WantedVolume
from cyclades.domain.services.block_devices import DiskWish, WantedDisks
from cyclades.domain.services.disk_steps import SEAT_MIB
from cyclades.domain.services.volume_creation import VolumeCreation
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.volume_attachments import VolumeAttachmentRepository
from cyclades.ports.volumes import VolumeRepository

CONFIG_DRIVE_MIB = 64


@dataclass(frozen=True, slots=True)
class MadeDisks:
    """What the job that makes the instance makes; `complete`: nothing else is to be attached."""

    disks: tuple[DiskWanted, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class ServerDisks:
    """In the transaction that promises the server, whose row is there already."""

    volumes: VolumeRepository
    attachments: VolumeAttachmentRepository
    creation: VolumeCreation
    feed: Feed
    clock: Clock
    ids: Ids
    prefix: str

    def make(
        self, caller: Caller, request_id: str, server: Server, wanted: WantedDisks
    ) -> MadeDisks:
        """Record volumes and attachments, and make what is new. Raises OverQuota, InvalidInput."""
        disks, taken = [], {ROOT} if wanted.local else set()
        if wanted.local:
            size = max(server.disk, 1) * GIB
            disks.append(DiskWanted(disk_name(self.prefix, server.id), size, wanted.provider))
        # The disk to boot from is the first: when it has to move in, all others follow it.
        together = wanted.local or wanted.wishes[0].made
        complete = True
        for wish in wanted.wishes:
            now = together and wish.made
            volume = self._volume(caller, request_id, server, wish)
            device = next_device(taken, root=wish.device.root)
            taken.add(device)
            self._attach(caller, server, wish, volume, device, now=now)
            complete = complete and now
            if now:
                provider = wish.kind.provider if wish.kind else ""
                name = disk_name(self.prefix, volume.id)
                disks.append(DiskWanted(name, volume.size * GIB, provider))
        return MadeDisks(self._with_rest(server, disks, wanted.provider), complete)

    def _with_rest(
        self, server: Server, disks: Sequence[DiskWanted], provider: str
    ) -> tuple[DiskWanted, ...]:
        if server.config_drive:  # the last disk, as the build's orders say
            name = f"{self.prefix}config-{server.id}"
            return (*disks, DiskWanted(name, CONFIG_DRIVE_MIB, provider))
        seat = DiskWanted(seat_name(self.prefix, server.id), SEAT_MIB, provider)
        return tuple(disks) or (seat,)

    def _volume(self, caller: Caller, request_id: str, server: Server, wish: DiskWish) -> Volume:
        if wish.volume is not None:
            return wish.volume
        device, content = wish.device, wish.content
        image_id = device.uuid if device.source is Source.IMAGE else None
        made = self.creation.create(
            caller,
            request_id,
            WantedVolume(
                size=wish.size,
                type_name=wish.kind.id if wish.kind else None,
                zone=server.availability_zone,
                image_id=None if wish.made else image_id,
                snapshot_id=device.uuid if device.source is Source.SNAPSHOT else None,
                cluster_id=server.cluster_id,
            ),
        )
        if image_id is None or content is None or not wish.made:
            return made
        known = content.image_metadata
        return replace(made, image_id=image_id, bootable=True, image_metadata=known)

    def _attach(
        self,
        caller: Caller,
        server: Server,
        wish: DiskWish,
        volume: Volume,
        device: str,
        *,
        now: bool,
    ) -> None:
        # One moment for both says that the volume was made for the server (`made_for_it`).
        moment = volume.created if wish.volume is None else self.clock.now()
        self.attachments.add(
            VolumeAttachment(
                self.ids.new(),
                volume.id,
                server.id,
                server.project_id,
                caller.user_id,
                device,
                moment,
                moment,
                AttachmentStatus.ATTACHING if now else AttachmentStatus.RESERVED,
                wish.device.boot_index,
                wish.device.delete_on_termination,
                wish.device.tag,
            )
        )
        if volume.status is VolumeStatus.CREATING:
            return  # its own task is under way
        status = VolumeStatus.ATTACHING if now else VolumeStatus.RESERVED
        saved = self.volumes.save(replace(volume, status=status, updated=moment))
        self.feed.publish(Changed("volume", saved.id, saved.version, saved.project_id))
