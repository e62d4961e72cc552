"""What Ganeti's disk templates can do for volumes: one table, and what to say of the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cyclades.domain.model.errors import InvalidInput


class Can(StrEnum):
    """What a disk of a template may be able to do."""

    MOVE = "move"  # from one instance to another, so that volumes outlive servers
    CLONE = "clone"  # be copied to a new disk: snapshots, volumes from volumes
    SAVE = "save"  # be read and sent away: images, backups
    GROW = "grow"


@dataclass(frozen=True, slots=True)
class DiskTemplate:
    """`why`: for what it cannot do, the reason, in words for users."""

    can: frozenset[Can]
    why: Mapping[Can, str]


ONE_NODE: Final = "such disks are on one node of their cluster"
NOT_READABLE: Final = "such disks cannot be copied while they are in use"
ONLY_OURS: Final = "its clusters cannot hand such disks from one server to another"
SHARED: Final = DiskTemplate(frozenset(Can), {})
LOCAL: Final = DiskTemplate(
    frozenset({Can.SAVE, Can.GROW}), {Can.MOVE: ONE_NODE, Can.CLONE: ONE_NODE}
)
BLOCK: Final = DiskTemplate(
    frozenset({Can.SAVE, Can.GROW}), {Can.MOVE: ONLY_OURS, Can.CLONE: NOT_READABLE}
)
EXTERNAL: Final = DiskTemplate(
    frozenset({Can.SAVE, Can.GROW}),
    {Can.MOVE: ONLY_OURS, Can.CLONE: "its provider does not copy disks (SNF:clone)"},
)
NONE: Final = DiskTemplate(frozenset(), dict.fromkeys(Can, "its servers have no disks"))
TEMPLATES: Final[Mapping[str, DiskTemplate]] = {
    "sharedfile": SHARED,
    "gluster": SHARED,
    "file": LOCAL,
    "plain": LOCAL,
    "drbd": BLOCK,
    "rbd": BLOCK,
    "ext": EXTERNAL,
    "diskless": NONE,
}
VERBS: Final[Mapping[Can, str]] = {
    Can.MOVE: "moved to or from servers once they hold data",
    Can.CLONE: "copied",
    Can.SAVE: "saved",
    Can.GROW: "extended",
}


def refusal(template: str, wanted: Can, *, clones: bool = False) -> str | None:
    """Why volumes on this template cannot do it, for users; None when they can.

    `clones`: the volume type says that its provider copies disks.
    """
    known = TEMPLATES.get(template, NONE)
    if wanted in known.can or (clones and template == "ext" and wanted is Can.CLONE):
        return None
    return (
        f"Volumes kept on {template} cannot be {VERBS[wanted]}: {known.why[wanted]}. "
        "Use a volume type on shared storage."
    )


def require(template: str, wanted: Can, *, clones: bool = False) -> None:
    """Raises InvalidInput with the reason."""
    if said := refusal(template, wanted, clones=clones):
        raise InvalidInput(said, "volume_type")


def require_same(volume_template: str, server_template: str) -> None:
    """A server's disks are all of one template. Raises InvalidInput."""
    if volume_template != server_template:
        raise InvalidInput(
            f"The volume is kept on {volume_template}, the server's disks on "
            f"{server_template or 'nothing'}: use a volume of another type.",
            "volume_type",
        )
