"""Block devices that users want in new servers: which combinations mean something.

Source: Compute API reference, "Create Server", block_device_mapping_v2; nova's guide "Block
Device Mapping in Nova".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cyclades.domain.model.errors import InvalidInput

FIELD = "server.block_device_mapping_v2"


class Source(StrEnum):
    """What is on it at first."""

    BLANK = "blank"
    IMAGE = "image"
    SNAPSHOT = "snapshot"
    VOLUME = "volume"  # that volume itself, not a copy


class Destination(StrEnum):
    """Local: a disk that comes and goes with its server. Volume: one of its own."""

    LOCAL = "local"
    VOLUME = "volume"


# Where it goes when nobody says so.
USUAL: Mapping[Source, Destination] = {
    Source.BLANK: Destination.LOCAL,
    Source.IMAGE: Destination.LOCAL,
    Source.SNAPSHOT: Destination.VOLUME,
    Source.VOLUME: Destination.VOLUME,
}


@dataclass(frozen=True, slots=True)
class BlockDevice:
    """`uuid` is its source's. `boot_index` 0 is booted from, None never. `size` in GiB."""

    source: Source
    destination: Destination
    uuid: str = ""
    boot_index: int | None = None
    size: int | None = None
    delete_on_termination: bool = False
    volume_type: str | None = None
    tag: str | None = None
    field: str = FIELD

    @property
    def root(self) -> bool:
        """The server boots from it."""
        return self.boot_index == 0

    def wrong(self, why: str, name: str = "") -> InvalidInput:
        """The error that names this device."""
        field = f"{self.field}.{name}" if name else self.field
        return InvalidInput(f"Block Device Mapping is Invalid: {why}", field)


Rule = Callable[[BlockDevice, str], None]


def _repeats_the_image(device: BlockDevice, image_id: str) -> None:
    if not device.root or not image_id:
        raise device.wrong("Mapping image to local is not supported.", "destination_type")
    if device.uuid != image_id:
        raise device.wrong("The local boot device must be the image of imageRef.", "uuid")


def _new(what: str) -> Rule:
    def check(device: BlockDevice, image_id: str) -> None:
        del image_id
        if not device.size:
            raise device.wrong(f"{what} need to have a non-zero size specified", "volume_size")

    return check


def _no_local(what: str) -> Rule:
    def check(device: BlockDevice, image_id: str) -> None:
        del image_id
        raise device.wrong(
            f"{what} to local is not supported: use destination_type volume.", "destination_type"
        )

    return check


def _fine(device: BlockDevice, image_id: str) -> None:
    del device, image_id


RULES: Mapping[tuple[Source, Destination], Rule] = {
    (Source.IMAGE, Destination.LOCAL): _repeats_the_image,
    (Source.BLANK, Destination.LOCAL): _no_local("Mapping blank"),
    (Source.SNAPSHOT, Destination.LOCAL): _no_local("Mapping snapshot"),
    (Source.VOLUME, Destination.LOCAL): _no_local("Mapping volume"),
    (Source.IMAGE, Destination.VOLUME): _new("Images with destination_type 'volume'"),
    (Source.BLANK, Destination.VOLUME): _new("Blank volumes (source: 'blank', dest: 'volume')"),
    (Source.SNAPSHOT, Destination.VOLUME): _fine,
    (Source.VOLUME, Destination.VOLUME): _fine,
}
BOOT_SEQUENCE = (
    "Block Device Mapping is Invalid: Boot sequence for the instance and image/block device "
    "mapping combination is not valid."
)


def require_sound(devices: Sequence[BlockDevice], image_id: str) -> None:
    """Raise InvalidInput unless these devices, with this image, are a server's.

    Boot indexes count from 0 without gaps; one volume is one device.
    """
    for device in devices:
        if device.source is Source.BLANK and device.uuid:
            raise device.wrong("Invalid device UUID.", "uuid")
        if device.source is not Source.BLANK and not device.uuid:
            raise device.wrong("Missing device UUID.", "uuid")
        RULES[device.source, device.destination](device, image_id)
    indexes = sorted(d.boot_index for d in devices if d.boot_index is not None)
    if devices and indexes != list(range(max(len(indexes), 1))):
        raise InvalidInput(BOOT_SEQUENCE, f"{FIELD}.boot_index")
    if not devices and not image_id:
        raise InvalidInput(
            "Invalid imageRef provided: without a block device to boot from, an image is needed.",
            "server.imageRef",
        )
    named = [device for device in devices if device.source is Source.VOLUME]
    twice = next((d for n, d in enumerate(named) if d.uuid in {e.uuid for e in named[:n]}), None)
    if twice:
        raise twice.wrong(f"Volume {twice.uuid} is named more than once.", "uuid")
    tags = [device.tag for device in devices if device.tag]
    if len(tags) != len(set(tags)):
        raise InvalidInput(
            f"Tags '{sorted(tags)}' are not unique among the block devices.", f"{FIELD}.tag"
        )
