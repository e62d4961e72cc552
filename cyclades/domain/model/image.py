"""Images: what servers are made from. Their states, their bytes, and who sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from cyclades.domain.model.errors import Conflict, InvalidInput

CONTAINER_FORMATS = ("bare", "ovf", "ova", "aki", "ari", "ami", "docker", "compressed")
DISK_FORMATS = (
    *("raw", "qcow2", "vmdk", "vhd", "vhdx", "vdi", "iso", "ploop"),
    *("aki", "ari", "ami"),
)
# An upload that has not been heard of for this long is dead.
UPLOAD_LEASE = timedelta(minutes=5)


class Status(StrEnum):
    """Where an image stands. Saving, uploading, importing: bytes are on their way."""

    QUEUED = "queued"
    SAVING = "saving"
    UPLOADING = "uploading"
    IMPORTING = "importing"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


class Visibility(StrEnum):
    """Who sees an image beside its owner.

    Shared: its members. Community: everyone who knows its id or asks for community images.
    """

    PRIVATE = "private"
    SHARED = "shared"
    COMMUNITY = "community"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Content:
    """An image's bytes: where they are kept, and what they are. Sizes in bytes."""

    blob: str
    size: int
    virtual_size: int | None
    md5: str
    sha512: str


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes on their way into the blob of this name; `seen` is the last sign of life.

    `reserved`: bytes that count against the quota meanwhile.
    """

    blob: str
    seen: datetime
    reserved: int = 0


@dataclass(frozen=True, slots=True)
class Image:
    """`min_disk` is in GiB, `min_ram` in MiB; `version` counts stored changes."""

    id: str
    owner: str
    created: datetime
    updated: datetime
    name: str | None = None
    status: Status = Status.QUEUED
    visibility: Visibility = Visibility.SHARED
    container_format: str | None = None
    disk_format: str | None = None
    min_disk: int = 0
    min_ram: int = 0
    protected: bool = False
    hidden: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    content: Content | None = None
    upload: Upload | None = None
    trouble: str = ""  # why the last import failed
    version: int = 0

    @property
    def public(self) -> bool:
        """Everybody may look at it."""
        return self.visibility in {Visibility.PUBLIC, Visibility.COMMUNITY}

    @property
    def data(self) -> Content | None:
        """The bytes, if they are the image's already (staged ones are not yet)."""
        return self.content if self.status in (Status.ACTIVE, Status.DEACTIVATED) else None

    @property
    def disk_size(self) -> int:
        """Bytes that a disk made from it needs at least."""
        return (self.data.virtual_size or self.data.size) if self.data else 0


@dataclass(frozen=True, slots=True)
class Route:
    """How bytes arrive: the image's status meanwhile, and afterwards."""

    during: Status
    after: Status


UPLOAD = Route(Status.SAVING, Status.ACTIVE)
STAGE = Route(Status.UPLOADING, Status.UPLOADING)


@dataclass(frozen=True, slots=True)
class Action:
    """A change of status that users ask for."""

    allowed_in: frozenset[Status]
    leads_to: Status


_SETTLED = frozenset({Status.ACTIVE, Status.DEACTIVATED})
ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "deactivate": Action(_SETTLED, Status.DEACTIVATED),
        "reactivate": Action(_SETTLED, Status.ACTIVE),
    }
)


def acted(image: Image, name: str, now: datetime) -> Image:
    """The image after an action of `ACTIONS`. Raises InvalidInput in a wrong status."""
    action = ACTIONS[name]
    if image.status not in action.allowed_in:
        raise InvalidInput(f"Image {image.id} is {image.status}: it cannot {name}.")
    return replace(image, status=action.leads_to, updated=now)


def receiving(image: Image, route: Route, upload: Upload, now: datetime) -> Image:
    """The image while bytes arrive. Raises Conflict when it has bytes or gets some already."""
    if image.status is not Status.QUEUED:
        raise Conflict(f"Image {image.id} is {image.status}: it takes data only when queued.")
    described(image)
    return replace(image, status=route.during, upload=upload, trouble="", updated=now)


def described(image: Image) -> None:
    """Raises InvalidInput when nobody said what its bytes will be."""
    for name in ("disk_format", "container_format"):
        if getattr(image, name) is None:
            raise InvalidInput(f"Property {name} must be set before data is uploaded.", name)


def received(image: Image, route: Route, content: Content, now: datetime) -> Image:
    """The image with its bytes. Raises Conflict when this upload was given up meanwhile."""
    if image.upload is None or image.upload.blob != content.blob:
        raise Conflict(f"The upload to image {image.id} was given up: it was silent for too long.")
    return replace(image, status=route.after, content=content, upload=None, updated=now)


def abandoned(image: Image, now: datetime) -> Image:
    """The image waiting for bytes again."""
    return replace(image, status=Status.QUEUED, content=None, upload=None, updated=now)
