"""Volume types as clients see them. Source: Block Storage API reference, "Volume types"."""

from collections.abc import Sequence
from typing import Any

from cyclades.domain.model.volume_type import VolumeType

ACCESS = "os-volume-type-access:is_public"


def volume_type_body(kind: VolumeType, *, admin: bool) -> dict[str, Any]:
    """All of one. What SNF: specs say of clusters is for operators."""
    specs = kind.extra_specs.items()
    return {
        "id": kind.id,
        "name": kind.name,
        "is_public": kind.is_public,
        "description": kind.description,
        "extra_specs": {
            name: value for name, value in specs if admin or not name.startswith("SNF:")
        },
        ACCESS: kind.is_public,
    }


def access_body(type_id: str, projects: Sequence[str]) -> dict[str, Any]:
    """Who was given a private type."""
    rows = [{"volume_type_id": type_id, "project_id": project} for project in projects]
    return {"volume_type_access": rows}
