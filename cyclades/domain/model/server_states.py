"""The states of a server, as tables.

Words are OpenStack's (Compute API guide, "Server concepts"): `vm_state` is what is
steadily so, `task_state` what is being done, `power_state` what the instance does,
`status` what users read. Rows are looked up from the most special to the general one.
"""

from collections.abc import Mapping
from enum import StrEnum

from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import Power


class VmState(StrEnum):
    """What a server steadily is."""

    BUILDING = "building"
    ACTIVE = "active"
    STOPPED = "stopped"
    ERROR = "error"
    DELETED = "deleted"


class TaskState(StrEnum):
    """What is being done to a server."""

    SCHEDULING = "scheduling"
    SPAWNING = "spawning"
    BLOCK_DEVICE_MAPPING = "block_device_mapping"
    POWERING_ON = "powering-on"
    POWERING_OFF = "powering-off"
    REBOOTING = "rebooting"
    REBOOTING_HARD = "rebooting_hard"
    DELETING = "deleting"


STATUS: Mapping[tuple[VmState, TaskState | None], str] = {
    (VmState.BUILDING, None): "BUILD",
    (VmState.ACTIVE, None): "ACTIVE",
    (VmState.ACTIVE, TaskState.REBOOTING): "REBOOT",
    (VmState.ACTIVE, TaskState.REBOOTING_HARD): "HARD_REBOOT",
    (VmState.STOPPED, None): "SHUTOFF",
    (VmState.STOPPED, TaskState.REBOOTING_HARD): "HARD_REBOOT",
    (VmState.ERROR, None): "ERROR",
    (VmState.DELETED, None): "DELETED",
}


def status_of(vm_state: VmState, task_state: TaskState | None) -> str:
    """The one word that users read and clients wait for."""
    return STATUS.get((vm_state, task_state)) or STATUS[vm_state, None]


def states_of(status: str) -> list[tuple[VmState, TaskState | None]]:
    """The rows of the table that read as this status (for filters)."""
    return [states for states, word in STATUS.items() if word == status]


# OpenStack's numbers: 0 no state, 1 running, 4 shut down, 6 crashed.
POWER_STATE: Mapping[Power, int] = {
    Power.UNKNOWN: 0,
    Power.RUNNING: 1,
    Power.STOPPED: 4,
    Power.CRASHED: 6,
}

# What a server is once its job has succeeded; what is not here changes no server.
AFTER_SUCCESS: Mapping[Operation, tuple[VmState, Power]] = {
    Operation.CREATE: (VmState.ACTIVE, Power.RUNNING),
    Operation.START: (VmState.ACTIVE, Power.RUNNING),
    Operation.STOP: (VmState.STOPPED, Power.STOPPED),
    Operation.REBOOT: (VmState.ACTIVE, Power.RUNNING),
    Operation.REMOVE: (VmState.DELETED, Power.UNKNOWN),
}

# And once it has failed; what is not here stays as it was.
AFTER_FAILURE: Mapping[Operation, VmState] = {
    Operation.CREATE: VmState.ERROR,
    Operation.REMOVE: VmState.ERROR,
}

# And once its time is over while it may still succeed.
AFTER_DEADLINE: Mapping[Operation, VmState] = {Operation.CREATE: VmState.ERROR}

# What a quiet server is when its instance is seen in this power state.
AS_SEEN: Mapping[Power, VmState] = {
    Power.RUNNING: VmState.ACTIVE,
    Power.STOPPED: VmState.STOPPED,
    Power.CRASHED: VmState.STOPPED,
}
