"""Bodies of what administrators do to snapshots and backups: an object with one key.

Source: Block Storage API reference, "Snapshot actions", "Backup actions".
"""

from typing import Any

import colander

from cyclades.web.schema_types import mapping, text
from cyclades.web.volume.schemas.volume_actions import action, anything


def _one(node: colander.SchemaNode, value: dict[str, Any]) -> None:
    if len(value) != 1:
        raise colander.Invalid(node, "exactly one action is expected")
    name = next(iter(value))
    if all(child.name != name for child in node.children):
        raise colander.Invalid(node, f"There is no such action: {name[:60]!r}")


ACTION = mapping(
    "",
    action("os-reset_status", text("status", minimum=1)),
    anything("os-force_delete"),
    unknown="preserve",
    validator=_one,
)
