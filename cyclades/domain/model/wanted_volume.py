"""New volumes, as users ask for them, and how large they have to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.image import Image

GIB = 2**30
MAX_SIZE = 2**24  # GiB


@dataclass(frozen=True, slots=True)
class WantedVolume:
    """`size` in GiB; None is as large as what it is made from. At most one source."""

    name: str = ""
    size: int | None = None
    description: str | None = None
    type_name: str | None = None  # or its id
    zone: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    image_id: str | None = None
    snapshot_id: str | None = None
    source_volid: str | None = None
    backup_id: str | None = None
    cluster_id: str | None = None  # where its disk has to be, if we know

    def require_one_source(self) -> None:
        """Raise InvalidInput for several."""
        sources = (self.image_id, self.snapshot_id, self.source_volid, self.backup_id)
        if sum(each is not None for each in sources) > 1:
            raise InvalidInput(
                "Only one of imageRef, snapshot_id, source_volid and backup_id may be given.",
                "volume",
            )


@dataclass(frozen=True, slots=True)
class Source:
    """What a new volume begins with; size in GiB. `cluster_id`: where its disk is, if any."""

    size: int
    kind: str
    bootable: bool = False
    image_metadata: Mapping[str, str] = field(default_factory=dict)
    type_id: str = ""
    disk_template: str = ""
    cluster_id: str | None = None


def size_of(wanted: int | None, source: Source | None) -> int:
    """In GiB. Raises InvalidInput for none or too small."""
    size = wanted if wanted is not None or source is None else source.size
    if size is None or size <= 0:
        raise InvalidInput(
            f"Invalid input received: Volume size '{size}' must be an integer and greater than 0.",
            "volume.size",
        )
    require_possible(size, "volume.size")
    if source is not None and size < source.size:
        raise InvalidInput(
            f"Invalid input received: Volume size '{size}' GB cannot be smaller than the "
            f"{source.kind} size {source.size} GB. They must be >= {source.kind} size.",
            "volume.size",
        )
    return size


def require_possible(size: int, field: str) -> None:
    """Raise InvalidInput for a size that no cluster could have."""
    if size > MAX_SIZE:
        raise InvalidInput(
            f"Invalid input received: Volume size '{size}' GB cannot be larger than {MAX_SIZE} GB.",
            field,
        )


def image_size(image: Image) -> int:
    """The smallest volume that takes this image, in GiB. Raises InvalidInput when unknown."""
    content = image.content
    if content is None:
        raise InvalidInput(f"Invalid image: Image {image.id} is not active.", "volume.imageRef")
    occupied = content.size if content.virtual_size is None else content.virtual_size
    return max(-(-occupied // GIB), image.min_disk, 1)


def image_metadata(image: Image) -> dict[str, str]:
    """What a volume remembers of its image: texts, as clients know them."""
    content = image.content
    known = {
        "image_id": image.id,
        "image_name": image.name or "",
        "container_format": image.container_format or "",
        "disk_format": image.disk_format or "",
        "min_disk": str(image.min_disk),
        "min_ram": str(image.min_ram),
        "size": str(content.size if content else 0),
        "checksum": content.md5 if content else "",
    }
    return {**image.properties, **known}
