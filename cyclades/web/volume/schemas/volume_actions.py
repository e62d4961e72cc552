"""Bodies of /volumes/{id}/action: an object with one key, the action's name.

Source: Block Storage API reference, "Volume actions".
"""

from collections.abc import Mapping
from typing import Any

import colander

from cyclades.web.schema_types import Anything, boolean, integer, mapping, text
from cyclades.web.volume.schemas.words import metadata

# What only services say to each other: here they are one, which needs no such words.
INTERNAL = frozenset(
    {
        *("os-reserve", "os-unreserve", "os-begin_detaching", "os-roll_detaching"),
        *("os-attach", "os-detach", "os-force_detach"),
        *("os-initialize_connection", "os-terminate_connection"),
        *("os-migrate_volume", "os-migrate_volume_completion", "os-unmanage"),
        *("os-update_snapshot_status", "os-extend_volume_completion", "os-reimage"),
    }
)


def anything(name: str) -> colander.SchemaNode:
    """What comes with an action that needs nothing is passed over."""
    return colander.SchemaNode(Anything(), name=name, missing=colander.drop)


def action(name: str, *fields: colander.SchemaNode) -> colander.SchemaNode:
    """An action with particulars."""
    return mapping(name, *fields, missing=colander.drop, unknown="ignore")


FIELDS = (
    action("os-extend", integer("new_size", minimum=1)),
    action("os-set_bootable", boolean("bootable")),
    action("os-update_readonly_flag", boolean("readonly")),
    action(
        "os-retype",
        text("new_type", minimum=1),
        text("migration_policy", nullable=True, one_of=("never", "on-demand"), missing=None),
    ),
    action("os-set_image_metadata", metadata()),
    action("os-unset_image_metadata", text("key", minimum=1)),
    anything("os-show_image_metadata"),
    action("os-reset_status", text("status", missing=None, nullable=True)),
    anything("os-force_delete"),
    action(
        "os-volume_upload_image",
        text("image_name", minimum=1),
        boolean("force", missing=False),
        text("disk_format", missing="raw"),
        text("container_format", missing="bare"),
        text("visibility", one_of=("community", "public", "private", "shared"), missing="private"),
        boolean("protected", missing=False),
    ),
    action("revert", text("snapshot_id", minimum=1, maximum=64)),
    *(anything(name) for name in sorted(INTERNAL)),
)
NAMES: Mapping[str, Any] = {node.name: node for node in FIELDS}


def _one(node: colander.SchemaNode, value: dict[str, Any]) -> None:
    if len(value) != 1:
        raise colander.Invalid(node, "exactly one action is expected")
    name = next(iter(value))
    if name not in NAMES:
        raise colander.Invalid(node, f"There is no such action: {name[:60]!r}")


ACTION = mapping("", *FIELDS, unknown="preserve", validator=_one)
