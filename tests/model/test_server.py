"""The server's own rules: the newest command counts, sights count when it is quiet."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import InstanceReport, Power
from cyclades.domain.model.server import GONE, Fault, Server
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.server_states import AFTER_SUCCESS, TaskState, VmState
from tests.harness.samples import NOW, a_server


def running(**values: object) -> Server:
    usual = {
        "vm_state": VmState.ACTIVE,
        "task_state": None,
        "power": Power.RUNNING,
        "launched": NOW,
    }
    return a_server(**(usual | values))


def sight(server: Server, power: Power, *, vcpus: int = 1, memory: int = 512) -> InstanceReport:
    return InstanceReport("one", server.instance, "uuid", power, vcpus, memory)


def test_a_build_goes_from_scheduling_over_spawning_to_active() -> None:
    server = a_server(effect_id="e1")
    assert (server.status, server.task_state) == ("BUILD", TaskState.SCHEDULING)
    server.begin()
    assert (server.status, server.task_state) == ("BUILD", TaskState.SPAWNING)
    server.succeed(Operation.CREATE, "e1", NOW)
    assert (server.status, server.task_state, server.progress) == ("ACTIVE", None, 100)
    assert (server.launched, server.effect_id, server.quiet) == (NOW, None, True)


def test_a_failed_build_says_why_and_never_ran() -> None:
    server = a_server(effect_id="e1")
    server.fail(Operation.CREATE, "e1", "No room.", NOW)
    assert server.status == "ERROR"
    assert server.fault == Fault(500, "No room.", NOW)
    assert not server.quiet


@pytest.mark.parametrize("operation", [Operation.START, Operation.STOP, Operation.REBOOT])
def test_a_failed_change_leaves_the_server_as_it_was(operation: Operation) -> None:
    server = running(effect_id="e1", task_state=TaskState.REBOOTING)
    server.fail(operation, "e1", "No.", NOW)
    assert (server.status, server.task_state, server.fault) == ("ACTIVE", None, None)


def test_a_failed_removal_is_an_error_that_the_next_success_clears() -> None:
    server = running(effect_id="e1")
    server.fail(Operation.REMOVE, "e1", "Busy.", NOW)
    assert server.status == "ERROR"
    assert server.fault == Fault(500, "Busy.", NOW)
    server.succeed(Operation.START, "e2", NOW)
    assert server.status == "ACTIVE"
    assert server.fault is None


@pytest.mark.parametrize("operation", list(AFTER_SUCCESS))
@pytest.mark.parametrize("failed", [False, True])
def test_an_older_commands_end_leaves_the_newest_commands_task(
    operation: Operation, *, failed: bool
) -> None:
    server = running(effect_id="old")
    server.command(Action.DELETE, "newest")
    if failed:
        server.fail(operation, "old", "No.", NOW)
    else:
        server.succeed(operation, "old", NOW)
    assert server.effect_id == "newest"
    if operation is not Operation.REMOVE:
        assert server.task_state is TaskState.DELETING


def test_each_command_is_a_new_generation() -> None:
    server = running()
    seen = [server.generation]
    for number in range(3):
        server.command(Action.STOP, f"e{number}")
        seen.append(server.generation)
    assert seen == [1, 2, 3, 4]


@given(operation=st.sampled_from(list(AFTER_SUCCESS)), power=st.sampled_from(list(Power)))
def test_what_succeeds_leaves_state_and_power_that_agree(
    operation: Operation, power: Power
) -> None:
    server = running(power=power, effect_id="e")
    server.succeed(operation, "e", NOW)
    assert (server.vm_state, server.power) == AFTER_SUCCESS[operation]
    assert server.task_state is None


@pytest.mark.parametrize(
    ("power", "status"),
    [(Power.RUNNING, "ACTIVE"), (Power.STOPPED, "SHUTOFF"), (Power.CRASHED, "SHUTOFF")],
)
def test_a_quiet_server_is_what_is_seen(power: Power, status: str) -> None:
    server = running(absences=1)
    assert server.observe(sight(server, power))
    assert (server.status, server.power, server.absences) == (status, power, 0)
    assert not server.observe(sight(server, power)), "the same again is no news"


def test_an_administrators_resize_is_taken_over() -> None:
    server = running()
    assert server.observe(sight(server, Power.RUNNING, vcpus=4, memory=2048))
    assert server.usage == {"instances": 1, "cores": 4, "ram": 2048}


STATES = st.builds(
    running,
    vm_state=st.sampled_from(list(VmState)),
    task_state=st.sampled_from([None, *TaskState]),
    power=st.sampled_from(list(Power)),
    effect_id=st.sampled_from([None, "e1"]),
    launched=st.sampled_from([None, NOW]),
)


@given(server=STATES, power=st.sampled_from(list(Power)), removed=st.booleans())
def test_no_sight_changes_a_server_that_is_not_quiet(
    server: Server, power: Power, *, removed: bool
) -> None:
    before = asdict(server)
    if not server.quiet:
        assert not server.observe(sight(server, power))
        assert not server.miss(NOW, removed=removed)
        assert asdict(server) == before
    assert not server.observe(sight(server, Power.UNKNOWN))
    assert asdict(server) == before or server.quiet


def test_absence_is_believed_the_second_time() -> None:
    server = running()
    assert server.miss(NOW, removed=False)
    assert server.status == "ACTIVE"
    assert server.miss(NOW, removed=False)
    assert (server.status, server.fault) == ("ERROR", Fault(500, GONE, NOW))
    assert not server.miss(NOW, removed=False), "the third time is no news"


def test_a_sight_in_between_starts_the_count_anew() -> None:
    server = running()
    server.miss(NOW, removed=False)
    assert server.observe(sight(server, Power.RUNNING))
    server.miss(NOW, removed=False)
    assert server.status == "ACTIVE"


def test_what_an_administrator_removed_is_deleted_at_once() -> None:
    server = running()
    assert server.miss(NOW, removed=True)
    assert (server.status, server.terminated) == ("DELETED", NOW)
    assert not server.miss(NOW, removed=True)
