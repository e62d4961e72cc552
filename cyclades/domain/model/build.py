"""What the OS definition is to do with the disks of a new instance; nothing secret in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from cyclades.domain.model.image import Image
from cyclades.domain.model.image_properties import GuestOs, guest_os


@dataclass(frozen=True, slots=True)
class ImageToWrite:
    """The image that fills disk 0: where its bytes are, and what they must be. Sizes in bytes."""

    image_id: str
    blob: str
    disk_format: str
    size: int
    sha512: str
    virtual_size: int


@dataclass(frozen=True, slots=True)
class DiskToCopy:
    """The disk that disk 0 becomes a copy of.

    `instance` may run: its guest is paused meanwhile. `runs`: as far as is known it does, and a
    node where it does not must not copy.
    """

    instance: str
    name: str
    path: str
    runs: bool = False


class SavedAs(StrEnum):
    """What a saved disk becomes."""

    IMAGE = "image"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class DiskToSave:
    """Disk 0, once it is filled, is sent to us and becomes an image's or a backup's bytes."""

    kind: SavedAs
    id: str
    disk_format: str


@dataclass(frozen=True, slots=True)
class BuildOrders:
    """Fill disk 0 (from an image or a copy of a disk, or leave it blank), then what is asked.

    `customise`: make the guest ours (host name, keys, growth of the last file system...) by
    what `guest_os` says of the image. `config_drive`: the last disk is one.
    """

    image: ImageToWrite | None = None
    copy: DiskToCopy | None = None
    save: DiskToSave | None = None
    customise: bool = False
    config_drive: bool = False
    guest_os: Mapping[str, str] = field(default_factory=dict)
    server_id: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """Orders that can be fetched by a ticket (only its digest is here) until the effect ends."""

    effect_id: str
    cluster_id: str
    instance: str
    ticket_hash: str
    orders: BuildOrders
    expires: datetime
    created: datetime


def image_to_write(image: Image) -> ImageToWrite | None:
    """An image's bytes for disk 0; None while it has none."""
    if image.data is None:
        return None
    data, disk_format = image.data, image.disk_format or "raw"
    return ImageToWrite(image.id, data.blob, disk_format, data.size, data.sha512, image.disk_size)


def server_orders(server_id: str, image: Image, *, config_drive: bool) -> BuildOrders:
    """A new server's: its image on disk 0, made the server's own."""
    return BuildOrders(
        image_to_write(image),
        customise=True,
        config_drive=config_drive,
        guest_os=guest_facts(guest_os(image.properties)),
        server_id=server_id,
    )


def guest_facts(guest: GuestOs) -> dict[str, str]:
    """What is known of a guest as texts by the names of the facts; what is not is left out.

    Lists have spaces between; flags are "yes" or "no".
    """
    known = {item.name: getattr(guest, item.name) for item in fields(guest)}
    return {name: _word(value) for name, value in known.items() if value not in UNKNOWN}


UNKNOWN: tuple[object, ...] = (None, "", (), frozenset())


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | frozenset):
        return " ".join(sorted(value) if isinstance(value, frozenset) else value)
    return str(value)
