"""Which action is allowed in which state: the whole matrix, spelled out."""

from itertools import product

import pytest

from cyclades.domain.model.errors import Conflict
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.server_actions import RULES, Action
from cyclades.domain.model.server_states import TaskState, VmState
from tests.harness.samples import NOW, PROJECT, USER, a_server

MEMBER = Caller(USER, PROJECT, roles=frozenset({"member"}))
ADMINISTRATOR = Caller("3" * 32, PROJECT, roles=frozenset({"admin"}))
ALIVE = {VmState.BUILDING, VmState.ACTIVE, VmState.STOPPED, VmState.ERROR}
ANY = {None, *TaskState}

# action and kind: the steady states, the tasks under way, whether it must have run once.
ALLOWED: dict[tuple[Action, str], tuple[set[VmState], set[TaskState | None], bool]] = {
    (Action.START, ""): ({VmState.STOPPED}, {None}, False),
    (Action.STOP, ""): ({VmState.ACTIVE, VmState.ERROR}, {None}, True),
    (Action.REBOOT, "SOFT"): ({VmState.ACTIVE}, {None}, False),
    (Action.REBOOT, "HARD"): (
        {VmState.ACTIVE, VmState.STOPPED, VmState.ERROR},
        {None, TaskState.REBOOTING},
        True,
    ),
    (Action.DELETE, ""): (ALIVE, ANY, False),
    (Action.LOCK, ""): (ALIVE, ANY, False),
    (Action.UNLOCK, ""): (ALIVE, ANY, False),
    (Action.UPDATE, ""): (ALIVE, ANY, False),
    (Action.ATTACH_INTERFACE, ""): ({VmState.ACTIVE, VmState.STOPPED}, {None}, False),
    (Action.DETACH_INTERFACE, ""): ({VmState.ACTIVE, VmState.STOPPED}, {None}, False),
    (Action.ATTACH_VOLUME, ""): ({VmState.ACTIVE, VmState.STOPPED}, {None}, False),
    (Action.DETACH_VOLUME, ""): ({VmState.ACTIVE, VmState.STOPPED}, {None}, False),
    (Action.CREATE_IMAGE, ""): ({VmState.ACTIVE, VmState.STOPPED}, {None}, False),
    (Action.CREATE_BACKUP, ""): ({VmState.ACTIVE, VmState.STOPPED}, {None}, False),
}
DESPITE_LOCK = {Action.LOCK, Action.UNLOCK, Action.CREATE_IMAGE, Action.CREATE_BACKUP}
LOCKS_OUT = {action for action, _ in ALLOWED} - DESPITE_LOCK
BECOMES = {
    (Action.START, ""): TaskState.POWERING_ON,
    (Action.STOP, ""): TaskState.POWERING_OFF,
    (Action.REBOOT, "SOFT"): TaskState.REBOOTING,
    (Action.REBOOT, "HARD"): TaskState.REBOOTING_HARD,
    (Action.DELETE, ""): TaskState.DELETING,
}


def refusal(
    rule: tuple[Action, str], caller: Caller, vm: VmState, task: TaskState | None, **values: object
) -> str | None:
    """What the server answers; None when it obeys."""
    server = a_server(id="abc", vm_state=vm, task_state=task, **values)
    try:
        server.admit(rule[0], caller, rule[1])
    except Conflict as error:
        return str(error)
    return None


def test_the_table_has_every_action_that_is_checked() -> None:
    assert set(RULES) == set(ALLOWED)
    assert {rule: RULES[rule].task for rule in BECOMES} == BECOMES


@pytest.mark.parametrize("rule", ALLOWED, ids=" ".join)
@pytest.mark.parametrize("launched", [True, False], ids=["launched", "never built"])
@pytest.mark.parametrize("locked", [False, True], ids=["", "locked"])
@pytest.mark.parametrize("caller", [MEMBER, ADMINISTRATOR], ids=["member", "administrator"])
def test_the_whole_matrix(
    rule: tuple[Action, str], caller: Caller, *, locked: bool, launched: bool
) -> None:
    states, tasks, needs_launch = ALLOWED[rule]
    for vm, task in product(VmState, [None, *TaskState]):
        said = refusal(rule, caller, vm, task, locked=locked, launched=NOW if launched else None)
        if locked and rule[0] in LOCKS_OUT and not caller.is_admin:
            assert said == "Instance abc is locked"
        elif vm not in states:
            assert said == f"Cannot '{rule[0]}' instance abc while it is in vm_state {vm}"
        elif task not in tasks:
            assert said == f"Cannot '{rule[0]}' instance abc while it is in task_state {task}"
        elif needs_launch and not launched:
            assert said is not None
            assert said.endswith(f"vm_state {vm}: it was never built")
        else:
            assert said is None
