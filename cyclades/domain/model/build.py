"""What the OS definition is to do with the disks of a new instance; nothing secret in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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
    """The disk that disk 0 becomes a copy of; `instance` may run: its guest is paused meanwhile."""

    instance: str
    name: str
    path: str


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
