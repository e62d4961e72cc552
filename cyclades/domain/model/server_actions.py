"""What may be done to a server in which state: one table.

From the compute API's own rules; a wrong state is a conflict that says which state and
why. `locked` servers refuse whoever is not an administrator.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cyclades.domain.model.server_states import TaskState, VmState


class Action(StrEnum):
    """Words as instance actions show them."""

    CREATE = "create"
    START = "start"
    STOP = "stop"
    REBOOT = "reboot"
    DELETE = "delete"
    LOCK = "lock"
    UNLOCK = "unlock"
    UPDATE = "update"
    ATTACH_INTERFACE = "attach_interface"
    DETACH_INTERFACE = "detach_interface"
    ATTACH_VOLUME = "attach_volume"
    DETACH_VOLUME = "detach_volume"
    CREATE_IMAGE = "createImage"
    CREATE_BACKUP = "createBackup"


@dataclass(frozen=True, slots=True)
class Rule:
    """When an action is allowed and what it makes of the server.

    `launched`: needs an instance that once ran. `tasks`: the task states that do not
    stand in the way (None is "nothing is being done"); empty means any.
    """

    states: frozenset[VmState]
    task: TaskState | None = None
    tasks: frozenset[TaskState | None] = frozenset({None})
    launched: bool = False
    despite_lock: bool = False


ALIVE = frozenset(VmState) - {VmState.DELETED}
ANY_TASK: frozenset[TaskState | None] = frozenset()
RUNS = frozenset({VmState.ACTIVE})
BUILT = frozenset({VmState.ACTIVE, VmState.STOPPED})

RULES: Mapping[tuple[Action, str], Rule] = {
    (Action.START, ""): Rule(frozenset({VmState.STOPPED}), TaskState.POWERING_ON),
    (Action.STOP, ""): Rule(
        frozenset({VmState.ACTIVE, VmState.ERROR}), TaskState.POWERING_OFF, launched=True
    ),
    (Action.REBOOT, "SOFT"): Rule(RUNS, TaskState.REBOOTING),
    (Action.REBOOT, "HARD"): Rule(
        frozenset({VmState.ACTIVE, VmState.STOPPED, VmState.ERROR}),
        TaskState.REBOOTING_HARD,
        tasks=frozenset({None, TaskState.REBOOTING}),
        launched=True,
    ),
    (Action.DELETE, ""): Rule(ALIVE, TaskState.DELETING, tasks=ANY_TASK),
    (Action.LOCK, ""): Rule(ALIVE, tasks=ANY_TASK, despite_lock=True),
    (Action.UNLOCK, ""): Rule(ALIVE, tasks=ANY_TASK, despite_lock=True),
    (Action.UPDATE, ""): Rule(ALIVE, tasks=ANY_TASK),
    (Action.ATTACH_INTERFACE, ""): Rule(BUILT),
    (Action.DETACH_INTERFACE, ""): Rule(BUILT),
    (Action.ATTACH_VOLUME, ""): Rule(BUILT),
    (Action.DETACH_VOLUME, ""): Rule(BUILT),
    (Action.CREATE_IMAGE, ""): Rule(BUILT, despite_lock=True),
    (Action.CREATE_BACKUP, ""): Rule(BUILT, despite_lock=True),
}
