"""Images that disks become: what is asked for, and what they say of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.image import Image
from cyclades.domain.model.image_edits import Edit, is_property
from cyclades.domain.model.server import Server

FORMATS = ("raw", "qcow2")
BARE = "bare"
OF_ONE_IMAGE = frozenset(
    {
        *("base_image_ref", "image_type", "backup_type", "instance_uuid"),
        *("user_id", "owner_id"),
    }
)


@dataclass(frozen=True, slots=True)
class WantedUpload:
    """A volume that is to become an image. `in_use`: also one that a server has."""

    name: str
    disk_format: str = "raw"
    container_format: str = BARE
    visibility: str = "private"
    protected: bool = False
    in_use: bool = False

    def require_ours(self) -> None:
        """Raise InvalidInput for formats that no disk is saved in."""
        if self.disk_format not in FORMATS:
            raise InvalidInput(
                f"Volumes are saved as {' or '.join(FORMATS)}, not as {self.disk_format[:32]}.",
                "os-volume_upload_image.disk_format",
            )
        if self.container_format != BARE:
            raise InvalidInput(
                f"Volumes are saved without a container ({BARE}), not in "
                f"{self.container_format[:32]}.",
                "os-volume_upload_image.container_format",
            )


@dataclass(frozen=True, slots=True)
class Rotation:
    """`keep`: how many backups of this kind ("daily") a server has, the new one among them."""

    kind: str
    keep: int

    def marks(self, server_id: str) -> Mapping[str, str]:
        """The properties by which such backups of a server are known."""
        return {"image_type": "backup", "backup_type": self.kind, "instance_uuid": server_id}


@dataclass(frozen=True, slots=True)
class WantedServerImage:
    """A server whose disk is to become an image; with a `rotation` it is a backup."""

    name: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    rotation: Rotation | None = None


def of_upload(wanted: WantedUpload, size: int, image_metadata: Mapping[str, str]) -> list[Edit]:
    """The image of a volume of `size` GiB; what it was made from has said the rest."""
    return [
        Edit("add", "name", wanted.name),
        Edit("add", "disk_format", wanted.disk_format),
        Edit("add", "container_format", wanted.container_format),
        Edit("add", "visibility", wanted.visibility),
        Edit("add", "protected", wanted.protected),
        Edit("add", "min_disk", size),
        *(
            Edit("add", name, said)
            for name, said in image_metadata.items()
            if name not in KNOWN and is_property(name)
        ),
    ]


# What volumes remember of their images beside the images' own properties.
KNOWN = frozenset(
    {
        *("image_id", "image_name", "container_format", "disk_format", "min_disk", "min_ram"),
        *("size", "checksum"),
    }
)


def of_server(
    wanted: WantedServerImage, server: Server, base: Image | None, size: int, disk_format: str
) -> list[Edit]:
    """The image of a server's disk; what its own image says of guests is true of it, too.

    Raises InvalidInput when the metadata are to say what only attributes say.
    """
    for name in wanted.metadata:
        if not is_property(name):
            raise InvalidInput(
                f"{name[:80]!r} is an attribute of images or reserved: it cannot be metadata.",
                "createImage.metadata",
            )
    inherited = {
        name: said
        for name, said in (base.properties if base else {}).items()
        if name not in OF_ONE_IMAGE
    }
    own = {
        "base_image_ref": server.image_id or "",
        "image_type": "snapshot",
        "instance_uuid": server.id,
        "user_id": server.user_id,
    }
    marks = wanted.rotation.marks(server.id) if wanted.rotation else {}
    said = {**inherited, **own, **wanted.metadata, **marks}
    return [
        Edit("add", "name", wanted.name),
        Edit("add", "disk_format", disk_format),
        Edit("add", "container_format", BARE),
        Edit("add", "visibility", "private"),
        Edit("add", "min_disk", size),
        Edit("add", "min_ram", base.min_ram if base else 0),
        *(Edit("add", name, value) for name, value in said.items()),
    ]
