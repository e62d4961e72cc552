"""Volumes that become images. Source: Block Storage API reference, "Upload volume to image"."""

from typing import Any

from cyclades.domain.model.image import Image
from cyclades.domain.model.volume import Volume
from cyclades.domain.model.volume_type import VolumeType
from cyclades.web.microversions import Microversion
from cyclades.web.rendering import iso_micro

VISIBILITY = Microversion(3, 1)


def upload_body(
    volume: Volume, kind: VolumeType, image: Image, version: Microversion
) -> dict[str, Any]:
    """The volume, and the image that it will be."""
    body = {
        "id": volume.id,
        "updated_at": iso_micro(volume.updated),
        "status": volume.status,
        "display_description": volume.description,
        "size": volume.size,
        "volume_type": type_body(kind),
        "image_id": image.id,
        "container_format": image.container_format,
        "disk_format": image.disk_format,
        "image_name": image.name,
    }
    if version >= VISIBILITY:
        body |= {"visibility": image.visibility, "protected": image.protected}
    return body


def type_body(kind: VolumeType) -> dict[str, Any]:
    """As this one answer has it, beside how types are shown otherwise."""
    specs = kind.extra_specs.items()
    return {
        "id": kind.id,
        "name": kind.name,
        "description": kind.description,
        "is_public": kind.is_public,
        "extra_specs": {name: said for name, said in specs if not name.startswith("SNF:")},
        "qos_specs_id": None,
        "created_at": iso_micro(kind.created),
        "updated_at": iso_micro(kind.updated),
        "deleted_at": None,
        "deleted": False,
    }
