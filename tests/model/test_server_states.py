"""Every combination of states has its word, and every outcome its state."""

from itertools import product

import pytest

from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import Power
from cyclades.domain.model.server_states import (
    AFTER_FAILURE,
    AFTER_SUCCESS,
    AS_SEEN,
    POWER_STATE,
    STATUS,
    TaskState,
    VmState,
    states_of,
    status_of,
)

STEADY = {
    VmState.BUILDING: "BUILD",
    VmState.ACTIVE: "ACTIVE",
    VmState.STOPPED: "SHUTOFF",
    VmState.ERROR: "ERROR",
    VmState.DELETED: "DELETED",
}
PASSING: dict[tuple[VmState, TaskState | None], str] = {
    (VmState.ACTIVE, TaskState.REBOOTING): "REBOOT",
    (VmState.ACTIVE, TaskState.REBOOTING_HARD): "HARD_REBOOT",
    (VmState.STOPPED, TaskState.REBOOTING_HARD): "HARD_REBOOT",
}


@pytest.mark.parametrize(("vm_state", "task_state"), [*product(VmState, [None, *TaskState])])
def test_users_read_one_word_for_each_combination(
    vm_state: VmState, task_state: TaskState | None
) -> None:
    word = PASSING.get((vm_state, task_state), STEADY[vm_state])
    assert status_of(vm_state, task_state) == word


@pytest.mark.parametrize("word", sorted({*STATUS.values()}))
def test_a_filter_by_status_finds_exactly_what_reads_so(word: str) -> None:
    assert [status_of(*states) for states in states_of(word)] == [word] * len(states_of(word))
    assert states_of(word)


def test_an_unknown_status_filters_everything_out() -> None:
    assert states_of("SOMETHING") == []


def test_a_success_leads_to_what_was_asked_for() -> None:
    assert dict(AFTER_SUCCESS) == {
        Operation.CREATE: (VmState.ACTIVE, Power.RUNNING),
        Operation.START: (VmState.ACTIVE, Power.RUNNING),
        Operation.STOP: (VmState.STOPPED, Power.STOPPED),
        Operation.REBOOT: (VmState.ACTIVE, Power.RUNNING),
        Operation.REMOVE: (VmState.DELETED, Power.UNKNOWN),
    }


def test_only_a_failed_build_or_removal_breaks_a_server() -> None:
    assert dict(AFTER_FAILURE) == {
        Operation.CREATE: VmState.ERROR,
        Operation.REMOVE: VmState.ERROR,
    }


def test_what_is_seen_is_what_is_and_an_unknown_node_is_no_evidence() -> None:
    assert dict(AS_SEEN) == {
        Power.RUNNING: VmState.ACTIVE,
        Power.STOPPED: VmState.STOPPED,
        Power.CRASHED: VmState.STOPPED,
    }


def test_power_has_the_compute_apis_numbers() -> None:
    assert {power: POWER_STATE[power] for power in Power} == {
        Power.UNKNOWN: 0,
        Power.RUNNING: 1,
        Power.STOPPED: 4,
        Power.CRASHED: 6,
    }
