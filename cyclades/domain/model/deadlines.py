"""How long an operation may take until its user is told that it has not ended."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from cyclades.domain.model.operation import Operation

# In parts of the longest time that the operator allows: copying an image takes long.
PARTS: Final[Mapping[Operation, int]] = {
    Operation.CREATE: 1,
    Operation.START: 6,
    Operation.STOP: 6,
    Operation.REBOOT: 6,
    Operation.REMOVE: 1,
    Operation.TAG: 6,
    Operation.ATTACH_NIC: 6,
    Operation.MODIFY_NIC: 6,
    Operation.DETACH_NIC: 6,
    Operation.CREATE_NETWORK: 1,  # a server waits for it, for as long as it may take
    Operation.CONNECT_NETWORK: 1,
    Operation.DISCONNECT_NETWORK: 1,
    Operation.REMOVE_NETWORK: 1,
    Operation.ADD_DISK: 3,
    Operation.ATTACH_DISK: 6,
    Operation.DETACH_DISK: 6,
    Operation.REMOVE_DISK: 3,
    Operation.GROW_DISK: 3,
    Operation.ACTIVATE_DISKS: 6,
}
# What is worth doing however late it is; the rest is given up if it surely was never sent.
NEVER_GIVEN_UP: Final = frozenset({Operation.REMOVE})

TOO_LATE: Final = "The cluster could not be reached in time."
STILL_AWAITED: Final = (
    "The cluster has not finished this in time. Should it still do so, the server will show it."
)
LOST: Final = "The operation was lost. Please try again."


def time_for(operation: Operation, longest: float) -> timedelta:
    """How long it may take; `longest` in seconds."""
    return timedelta(seconds=longest / PARTS[operation])


def latest_starts(longest: float, now: datetime) -> Mapping[Operation, datetime]:
    """What began before these moments is late now."""
    return {operation: now - time_for(operation, longest) for operation in PARTS}


def given_up(operation: Operation, purpose: str, task_id: str) -> bool:
    """Whether nobody wants it once it is late: a disk on its way has to come to rest some day.

    `purpose` and `task_id` are its effect's.
    """
    undoes = bool(task_id) and purpose == "cleanup"
    return not undoes and operation not in NEVER_GIVEN_UP
