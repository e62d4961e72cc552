"""Jobs that fail, stall, vanish or come back: a reason fit for users, and nothing left behind."""

from collections.abc import Callable
from typing import Final

import pytest

from cyclades.adapters.simulated import engine
from cyclades.adapters.simulated.world import FINAL, World
from cyclades.domain.model.job_errors import CANCELED, SENTENCES, UNEXPLAINED
from cyclades.domain.model.server_actions import Action
from cyclades.workers.reconciler import ClusterReconciler, resolve_late
from tests.harness.reliability import Recorder
from tests.harness.remote import Remote

SECRET = "node1.internal refuses /var/lib/secret"
FAILURES: Final = (
    ["OpExecError", [SECRET]],
    ["OpPrereqError", [SECRET, "wrong_state"]],
    ["OpPrereqError", [SECRET, "insufficient_resources"]],
    ["OpPrereqError", [SECRET, "something_new"]],
    ["OpPrereqError", SECRET],
)
HOUR: Final = 3600.0


def act(action: Action, kind: str = "") -> Callable[[Remote, str], str]:
    return lambda remote, server: remote.act(server, action, kind)


ASK: Final[dict[str, Callable[[Remote, str], str]]] = {
    "start": act(Action.START),
    "stop": act(Action.STOP),
    "reboot": act(Action.REBOOT, "HARD"),
    "remove": lambda remote, server: remote.delete(server),
}
OPERATIONS: Final = ("create", *ASK)
AFTER_FAILURE: Final = {
    "create": "ERROR",
    "start": "SHUTOFF",
    "stop": "ACTIVE",
    "reboot": "ACTIVE",
    "remove": "ERROR",
}
AFTER_SUCCESS: Final = {
    "create": "ACTIVE",
    "start": "ACTIVE",
    "stop": "SHUTOFF",
    "reboot": "ACTIVE",
    "remove": "DELETED",
}


def asked(remote: Remote, operation: str) -> tuple[str, str]:
    """A server of which this is asked, and the request; nothing is submitted yet."""
    if operation == "create":
        return remote.create(), f"req-{remote.requests}"
    server = remote.running()
    if operation == "start":
        remote.act(server, Action.STOP)
        remote.converge()
    return server, ASK[operation](remote, server)


def submitted(remote: Remote, operation: str, **faults: object) -> tuple[str, str]:
    """The same with its job in the queue, with these faults."""
    server, request = asked(remote, operation)
    remote.cluster().faults.set(**faults)
    remote.workers[0].turn()
    return server, request


def last_job(remote: Remote) -> int:
    return remote.cluster().store.look(lambda world: world.last_job)


def wrong_without_history(remote: Remote) -> list[str]:
    """What is wrong, when the queue has forgotten which jobs there were."""
    return [rule for rule in remote.wrong() if not rule.endswith("with 0 jobs")]


def ends(remote: Remote, converged: Recorder, row: int, server: str) -> list[str]:
    """All is settled; then the server is deleted, and nothing may be left of it."""
    began = remote.clock.passed
    remote.converge()
    seconds = remote.clock.passed - began
    status = remote.server(server).status
    if status != "DELETED":
        remote.delete(server)
        remote.converge()
    wrong = remote.wrong() if row < 33 else wrong_without_history(remote)
    if not remote.holds_nothing() or remote.instances():
        wrong.append("something is left behind")
    converged(row, seconds, 1, len(wrong))
    return [status, *wrong]


@pytest.mark.fault(31)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_job_fails(remote: Remote, converged: Recorder, operation: str) -> None:
    for failure in FAILURES:
        server, request = submitted(remote, operation, fail_jobs=1, failure=failure)
        assert ends(remote, converged, 31, server) == [AFTER_FAILURE[operation]]
        result, message = remote.outcome(server, request)
        assert result == "Error"
        assert message in {*SENTENCES.values(), UNEXPLAINED}


@pytest.mark.fault(32)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_administrator_cancels_a_job(
    remote: Remote, converged: Recorder, operation: str
) -> None:
    for seen_first in (False, True):
        server, request = submitted(remote, operation, paused=True)
        if seen_first:
            remote.turn()
        assert remote.cluster().administrator.cancel(last_job(remote))
        remote.cluster().faults.clear()
        assert ends(remote, converged, 32, server) == [AFTER_FAILURE[operation]]
        assert remote.outcome(server, request) == ("Error", CANCELED)


@pytest.mark.fault(33)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_job_runs_for_hours(remote: Remote, converged: Recorder, operation: str) -> None:
    server, request = submitted(remote, operation, slowness=100_000)
    remote.cluster().faults.clear()
    remote.pass_time(2)
    assert remote.server(server).task_state is not None, "users see that something is going on"
    remote.clock.passed += HOUR + 60
    resolve_late(remote.app)
    assert remote.outcome(server, request)[0] == "Error"
    assert remote.server(server).task_state is None
    remote.clock.passed += HOUR * (17 if operation == "create" else 8)
    remote.turn()
    assert remote.server(server).status == AFTER_SUCCESS[operation], "its late end is taken over"
    assert ends(remote, converged, 33, server) == [AFTER_SUCCESS[operation]]


@pytest.mark.fault(33)
def test_a_job_is_being_canceled_for_minutes(remote: Remote, converged: Recorder) -> None:
    server, request = submitted(remote, "create", paused=True)
    remote.turn()
    number = last_job(remote)
    set_status(remote, number, "canceling")
    remote.cluster().faults.clear()
    for _ in range(20):
        remote.clock.passed += 30
        remote.turn()
    assert remote.server(server).status == "BUILD"
    set_status(remote, number, "canceled")
    assert ends(remote, converged, 33, server) == ["ERROR"]
    assert remote.outcome(server, request) == ("Error", CANCELED)


@pytest.mark.fault(34)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_job_is_lost_before_it_ran(remote: Remote, converged: Recorder, operation: str) -> None:
    server, request = submitted(remote, operation, paused=True)
    remote.cluster().faults.lose_jobs()
    remote.cluster().faults.clear()
    happened = operation == "reboot"  # it runs, as after a reboot
    after = AFTER_SUCCESS if happened else AFTER_FAILURE
    assert ends(remote, converged, 34, server) == [after[operation]]
    result, message = remote.outcome(server, request)
    assert (result, message is None) == (("Success", True) if happened else ("Error", False))


@pytest.mark.fault(34, 35)
@pytest.mark.parametrize("row", [34, 35])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_job_is_gone_before_its_end_was_read(
    remote: Remote, converged: Recorder, operation: str, row: int
) -> None:
    """Wiped, or archived: the poller was away meanwhile."""
    server, request = submitted(remote, operation)
    remote.clock.passed += 10
    remote.cluster().store.change(lambda _: None)
    if row == 34:
        remote.cluster().faults.lose_jobs()
    else:
        remote.clock.passed += HOUR
        remote.cluster().store.change(lambda _: None)
        assert remote.cluster().jobs() == []
    assert ends(remote, converged, row, server) == [AFTER_SUCCESS[operation]]
    assert remote.outcome(server, request) == ("Success", None)


@pytest.mark.fault(36)
@pytest.mark.parametrize("returning", [False, True], ids=["ids restart", "old jobs reappear"])
def test_the_queue_counts_anew(remote: Remote, converged: Recorder, *, returning: bool) -> None:
    """Finished ids come again, for other jobs; the jobs of yesterday are back."""
    faults, servers = remote.cluster().faults, [remote.running() for _ in range(3)]
    backup = faults.save_jobs()
    remote.act(servers[0], Action.STOP)
    remote.delete(servers[1])
    remote.converge()
    steady = {server: remote.server(server).version for server in servers}
    server = remote.create()
    remote.workers[0].turn()
    remote.clock.passed += 5
    if returning:
        faults.restore_jobs(backup)
    else:
        faults.lose_jobs(restart=True)
    later = [remote.create() for _ in range(3)]
    began = remote.clock.passed
    remote.converge()
    remote.pass_time(30)
    wrong = wrong_without_history(remote)
    converged(36, remote.clock.passed - began - 30, 4, len(wrong))
    assert {server: remote.server(server).version for server in servers} == steady
    statuses = [remote.server(one).status for one in (*servers, server, *later)]
    assert statuses == ["SHUTOFF", "DELETED", *["ACTIVE"] * 5]
    assert wrong == []


@pytest.mark.fault(39)
@pytest.mark.parametrize("cleanups", [0, 1])
def test_an_instance_whose_creation_failed(
    remote: Remote, converged: Recorder, cleanups: int
) -> None:
    """It is in the cluster, without an operating system; removing it fails at first, too.

    Then the reconciler finds it, while its server waits for its user.
    """
    remote.failing_image()
    server, request = submitted(remote, "create")
    remote.clock.passed += 5
    assert remote.instances() != []
    remote.cluster().faults.set(fail_jobs=cleanups)
    remote.converge()
    reconciler = ClusterReconciler(remote.app, "one", "me")
    for _ in range(3):
        remote.clock.passed += reconciler.turn()
        remote.converge()
    assert remote.instances() == []
    assert ends(remote, converged, 39, server) == ["ERROR"]
    assert remote.outcome(server, request) == ("Error", UNEXPLAINED)


def set_status(remote: Remote, job_id: int, status: str) -> None:
    """What the queue does with a job that it was told to cancel while it ran."""

    def verb(world: World) -> None:
        engine.end(world, world.jobs[job_id], status)
        world.jobs[job_id].ended = world.time if status in FINAL else None

    remote.cluster().store.change(verb)
