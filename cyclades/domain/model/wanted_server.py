"""What users ask for when they create servers, and what they are promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cyclades.domain.model.block_device import BlockDevice
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.flavor import Flavor
from cyclades.domain.model.image import Image
from cyclades.domain.model.port import WantedInterface
from cyclades.domain.model.server import Server


@dataclass(frozen=True, slots=True)
class WantedServer:
    """What a user asks for; ids and names as they came.

    `image_id` is empty when only `devices` say what it boots from. `personality` pairs a path
    with base64 contents, `user_data` is base64 text.
    """

    name: str
    flavor_id: str
    image_id: str
    interfaces: Sequence[WantedInterface] | Literal["auto", "none"] = "auto"
    security_groups: Sequence[str] = ()
    key_name: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    user_data: str = ""
    personality: tuple[tuple[str, str], ...] = ()
    min_count: int = 1
    max_count: int = 1
    zone: str | None = None
    admin_password: str | None = None
    description: str | None = None
    hostname: str | None = None
    config_drive: bool = False
    disk_config: str = "MANUAL"
    access_ipv4: str = ""
    access_ipv6: str = ""
    devices: tuple[BlockDevice, ...] = ()


@dataclass(frozen=True, slots=True)
class Promised:
    """The accepted servers; the password is shown once and kept nowhere in clear."""

    servers: Sequence[Server]
    reservation_id: str
    admin_password: str


def require_fit(flavor: Flavor, image: Image, *, disk: bool = True) -> None:
    """Raise InvalidInput when the image needs more than the flavor gives; `disk`: this, too."""
    if image.min_ram > flavor.ram:
        raise InvalidInput("Flavor's memory is too small for requested image.", "server.flavorRef")
    needed = max(image.min_disk * 2**30, image.disk_size)
    if disk and flavor.disk and needed > flavor.disk * 2**30:
        raise InvalidInput("Flavor's disk is too small for requested image.", "server.flavorRef")


def host_name(name: str) -> str:
    """A name that DNS allows, from whatever the user called the server."""
    letters = [c if c.isascii() and (c.isalnum() or c == "-") else "-" for c in name.lower()]
    return "".join(letters).strip("-.")[:63].strip("-") or "server"
