"""Operations that do not end: users are told, nothing is lost, and a late end still counts."""

import pytest
from sqlalchemy import update

from cyclades.adapters.sql.schema.effects import effects
from cyclades.domain.model.deadlines import PARTS, STILL_AWAITED, TOO_LATE, time_for
from cyclades.domain.model.job_errors import OVERTAKEN
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.server_states import TaskState
from tests.harness.cloud import Cloud
from tests.workers.invariants import violations

HOUR = 3600.0


def swept(cloud: Cloud) -> int:
    """How many late effects were resolved."""
    late = cloud.app.atomically(lambda unit: unit.deadlines.late())
    return sum(
        cloud.app.atomically(lambda unit, each=each: unit.deadlines.resolve(each))  # type: ignore[misc]  # a default binds the loop's variable
        for each in late
    )


def hanging(cloud: Cloud) -> None:
    """The cluster takes jobs and does nothing."""
    cloud.cluster().faults.set(paused=True)
    cloud.turn()


def pass_deadline(cloud: Cloud, operation: Operation) -> int:
    longest = cloud.app.settings.effect_deadline
    cloud.clock.passed += time_for(operation, longest).total_seconds() + 1
    return swept(cloud)


def test_every_operation_has_a_deadline() -> None:
    assert set(PARTS) == set(Operation)
    assert time_for(Operation.CREATE, HOUR).total_seconds() == HOUR
    assert time_for(Operation.STOP, HOUR).total_seconds() == HOUR / 6


def test_nothing_is_late_before_its_time(cloud: Cloud) -> None:
    cloud.create()
    hanging(cloud)
    cloud.clock.passed += cloud.app.settings.effect_deadline - 5
    assert swept(cloud) == 0


@pytest.mark.parametrize("ends_well", [True, False], ids=["success", "failure"])
def test_a_creation_that_hangs_is_shown_and_its_late_end_is_taken_over(
    each_cloud: Cloud, *, ends_well: bool
) -> None:
    cloud = each_cloud
    if not ends_well:
        cloud.failing_image()
    server_id = cloud.create()
    hanging(cloud)
    assert pass_deadline(cloud, Operation.CREATE) == 1
    server = cloud.server(server_id)
    assert server.fault is not None
    assert (server.status, server.task_state) == ("ERROR", None)
    assert server.fault.message == STILL_AWAITED
    assert cloud.outcome(server_id, "req-1") == ("Error", STILL_AWAITED)
    assert cloud.unfinished(), "it may still happen"
    assert swept(cloud) == 0, "its user is told once"
    cloud.cluster().faults.clear()
    cloud.converge()
    server = cloud.server(server_id)
    if ends_well:
        assert (server.status, server.fault) == ("ACTIVE", None)
        assert cloud.outcome(server_id, "req-1") == ("Success", None)
    else:
        assert server.fault is not None
        assert (server.status, server.fault.message != STILL_AWAITED) == ("ERROR", True)
    assert violations(cloud.app) == []


def test_a_server_that_hangs_can_be_deleted(each_cloud: Cloud) -> None:
    cloud = each_cloud
    server_id = cloud.create()
    hanging(cloud)
    pass_deadline(cloud, Operation.CREATE)
    request = cloud.delete(server_id)
    assert pass_deadline(cloud, Operation.REMOVE) == 1
    assert cloud.outcome(server_id, request) == ("Error", STILL_AWAITED)
    assert cloud.server(server_id).task_state is None
    cloud.cluster().faults.clear()
    cloud.converge()
    assert cloud.server(server_id).status == "DELETED"
    assert cloud.outcome(server_id, request) == ("Success", None)
    assert cloud.instances() == []
    assert cloud.holds_nothing()
    assert violations(cloud.app) == []


@pytest.mark.parametrize(
    ("action", "kind", "operation", "before", "after"),
    [
        (Action.STOP, "", Operation.STOP, "ACTIVE", "SHUTOFF"),
        (Action.REBOOT, "HARD", Operation.REBOOT, "ACTIVE", "ACTIVE"),
    ],
    ids=["stop", "reboot"],
)
def test_a_server_leaves_its_task_and_its_user_goes_on(
    cloud: Cloud, action: Action, kind: str, operation: Operation, before: str, after: str
) -> None:
    server_id = cloud.running()
    request = cloud.act(server_id, action, kind)
    hanging(cloud)
    assert pass_deadline(cloud, operation) == 1
    assert (cloud.server(server_id).status, cloud.server(server_id).task_state) == (before, None)
    assert cloud.outcome(server_id, request) == ("Error", STILL_AWAITED)
    again = cloud.act(server_id, action, kind)
    cloud.cluster().faults.clear()
    cloud.converge()
    assert cloud.server(server_id).status == after
    assert cloud.outcome(server_id, request) == ("Success", None)
    assert cloud.outcome(server_id, again) == ("Success", None)
    assert violations(cloud.app) == []


def test_what_may_have_been_sent_is_told_and_not_sent_any_more(cloud: Cloud) -> None:
    server_id = cloud.running()
    request = cloud.act(server_id, Action.STOP)
    cloud.cluster().faults.set(swallow_requests=1)
    cloud.workers[0].turn()
    cloud.cluster().faults.set(unreachable=True)
    assert pass_deadline(cloud, Operation.STOP) == 1
    assert cloud.outcome(server_id, request) == ("Error", STILL_AWAITED)
    cloud.cluster().faults.clear()
    cloud.converge()
    assert cloud.outcome(server_id, request) == ("Error", TOO_LATE)
    assert cloud.server(server_id).status == "ACTIVE", "an hour later nobody wants it stopped"
    assert violations(cloud.app) == []


def test_what_was_sent_before_a_cluster_died_is_taken_over_when_it_lives(cloud: Cloud) -> None:
    server_id = cloud.create()
    cloud.cluster().faults.set(swallow_answers=1)
    cloud.workers[0].turn()
    cloud.cluster().faults.set(unreachable=True)
    pass_deadline(cloud, Operation.CREATE)
    assert cloud.server(server_id).status == "ERROR"
    cloud.cluster().faults.clear()
    cloud.converge()
    assert cloud.server(server_id).status == "ACTIVE"
    assert violations(cloud.app) == []


def test_what_waits_in_vain_for_its_turn_is_given_up(cloud: Cloud) -> None:
    """Nobody claims it while the cluster has as much in flight as it may."""
    server_id = cloud.create()
    assert pass_deadline(cloud, Operation.CREATE) == 1
    fault = cloud.server(server_id).fault
    assert fault is not None
    assert fault.message == TOO_LATE
    assert cloud.unfinished() == ["remove queued " + cloud.server(server_id).instance]
    cloud.converge()
    assert violations(cloud.app) == []


def test_a_removal_is_never_given_up(cloud: Cloud) -> None:
    server_id = cloud.running()
    request = cloud.delete(server_id)
    cloud.cluster().faults.set(unreachable=True)
    for _ in range(3):
        cloud.workers[0].turn()
        pass_deadline(cloud, Operation.REMOVE)
    assert cloud.outcome(server_id, request) == ("Error", STILL_AWAITED)
    assert cloud.server(server_id).status == "ACTIVE"
    cloud.cluster().faults.clear()
    cloud.converge()
    assert cloud.server(server_id).status == "DELETED"
    assert cloud.holds_nothing()
    assert violations(cloud.app) == []


def test_jobs_that_hang_do_not_hold_up_other_servers(cloud: Cloud) -> None:
    limit = cloud.app.settings.effects_per_cluster
    for _ in range(limit):
        cloud.create()
    hanging(cloud)
    pass_deadline(cloud, Operation.CREATE)
    later = cloud.create()
    cloud.workers[0].turn()
    with cloud.app.reader() as unit:
        states = {each.server_id: each.state for each in unit.outbox.in_flight("one")}
    assert states[later] == "submitted"
    cloud.cluster().faults.clear()
    cloud.converge()
    assert violations(cloud.app) == []


def test_a_clock_that_jumps_loses_nothing(cloud: Cloud) -> None:
    server_ids = [cloud.create() for _ in range(3)]
    cloud.workers[0].turn()
    with cloud.app.transaction() as unit:  # as if the clock had been years behind
        unit.connection.execute(
            update(effects).values(created=cloud.clock.now().replace(year=2001))
        )
    assert swept(cloud) == 3
    cloud.converge()
    assert {cloud.server(server_id).status for server_id in server_ids} == {"ACTIVE"}
    assert violations(cloud.app) == []


def test_a_job_that_has_not_begun_does_not_keep_a_server_from_being_deleted(
    each_cloud: Cloud,
) -> None:
    cloud = each_cloud
    server_id = cloud.create()
    hanging(cloud)
    request = cloud.delete(server_id)
    cloud.turn()
    assert cloud.outcome(server_id, "req-1") == (None, None)
    cloud.turn()
    assert cloud.outcome(server_id, "req-1") == ("Error", OVERTAKEN)
    cloud.cluster().faults.clear()
    cloud.converge()
    assert cloud.outcome(server_id, request) == ("Success", None)
    assert cloud.server(server_id).status == "DELETED"
    assert cloud.instances() == []
    assert violations(cloud.app) == []


def test_a_delete_behind_a_build_keeps_its_own_task(cloud: Cloud) -> None:
    server_id = cloud.create()
    hanging(cloud)
    cloud.clock.passed += 10
    cloud.delete(server_id)
    cloud.clock.passed += cloud.app.settings.effect_deadline - 5
    assert swept(cloud) == 1, "the build is late, the removal is not"
    assert cloud.server(server_id).task_state is TaskState.DELETING
