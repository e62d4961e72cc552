"""What may be done to a volume in which status: a table, and the words of refusals.

Source: Block Storage API reference, "Volume actions"; the words are those that clients know.
"""

from collections.abc import Mapping
from enum import StrEnum

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.volume import Volume, VolumeStatus


class VolumeAction(StrEnum):
    """What users do to volumes of theirs."""

    DELETE = "delete"
    EXTEND = "extend"
    EXTEND_ATTACHED = "extend attached"
    READONLY = "update readonly flag"
    RETYPE = "retype"
    TRANSFER = "transfer"
    CLONE = "clone"


AVAILABLE, IN_USE = VolumeStatus.AVAILABLE, VolumeStatus.IN_USE
ALLOWED: Mapping[VolumeAction, frozenset[VolumeStatus]] = {
    VolumeAction.DELETE: frozenset(
        {
            AVAILABLE,
            VolumeStatus.ERROR,
            VolumeStatus.ERROR_EXTENDING,
            VolumeStatus.ERROR_DELETING,
        }
    ),
    VolumeAction.EXTEND: frozenset({AVAILABLE}),
    VolumeAction.EXTEND_ATTACHED: frozenset({AVAILABLE, IN_USE}),
    VolumeAction.READONLY: frozenset({AVAILABLE}),
    VolumeAction.RETYPE: frozenset({AVAILABLE, IN_USE}),
    VolumeAction.TRANSFER: frozenset({AVAILABLE}),
    VolumeAction.CLONE: frozenset({AVAILABLE, IN_USE}),
}
NO_DELETE = (
    "Volume status must be available or error or error_restoring or error_extending or "
    "error_managing and must not be migrating, attached, belong to a group, have snapshots, "
    "awaiting a transfer, or be disassociated from snapshots after volume transfer."
)
NO_RETYPE = (
    "Retype needs volume to be in available or in-use state, not be part of an active migration "
    "or a consistency group, requested type has to be different that the one from the volume, "
    "and for in-use volumes front-end qos specs cannot change."
)
REFUSALS: Mapping[VolumeAction, str] = {
    VolumeAction.DELETE: NO_DELETE,
    VolumeAction.EXTEND: "Volume {id} status must be '{allowed}' to extend, currently {status}.",
    VolumeAction.EXTEND_ATTACHED: (
        "Volume {id} status must be '{allowed}' to extend, currently {status}."
    ),
    VolumeAction.READONLY: (
        "Volume {id} status must be {allowed} to update readonly flag, but current status is: "
        "{status}."
    ),
    VolumeAction.RETYPE: NO_RETYPE,
    VolumeAction.TRANSFER: "status must be {allowed}",
    VolumeAction.CLONE: "Volume {id} status must be {allowed} to be cloned, currently {status}.",
}


class InvalidVolume(InvalidInput):
    """The volume is in no state for this."""

    def __init__(self, message: str) -> None:
        """Begin as clients know it."""
        super().__init__(f"Invalid volume: {message}")


def require(volume: Volume, action: VolumeAction) -> None:
    """Raise InvalidVolume unless its status allows the action."""
    allowed = ALLOWED[action]
    if volume.status not in allowed:
        words = " or ".join(sorted(allowed))
        raise InvalidVolume(
            REFUSALS[action].format(id=volume.id, allowed=words, status=volume.status)
        )
