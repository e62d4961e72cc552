"""Both paths from end to end: what users ask for happens, once, and leaves nothing behind."""

from collections.abc import Callable
from functools import partial

import pytest

from cyclades.domain.model.deadlines import TOO_LATE
from cyclades.domain.model.errors import NoCapacity
from cyclades.domain.model.server_actions import Action
from tests.harness.cloud import ADMIN, MEMBER, Cloud
from tests.workers.evidence import gathered
from tests.workers.invariants import violations

LIFE = [
    (Action.STOP, "", "SHUTOFF"),
    (Action.START, "", "ACTIVE"),
    (Action.REBOOT, "SOFT", "ACTIVE"),
    (Action.REBOOT, "HARD", "ACTIVE"),
    (Action.STOP, "", "SHUTOFF"),
    (Action.REBOOT, "HARD", "ACTIVE"),
]


def test_a_servers_life(each_cloud: Cloud) -> None:
    cloud = each_cloud
    server_id = cloud.create()
    assert cloud.server(server_id).status == "BUILD"
    cloud.converge()
    assert cloud.server(server_id).status == "ACTIVE"
    assert violations(cloud.app) == []
    for action, kind, status in LIFE:
        request = cloud.act(server_id, action, kind)
        cloud.converge()
        assert cloud.server(server_id).status == status
        assert cloud.outcome(server_id, request) == ("Success", None)
        assert violations(cloud.app) == []
    cloud.delete(server_id)
    cloud.converge()
    assert cloud.server(server_id).status == "DELETED"
    assert cloud.instances() == []
    assert cloud.holds_nothing()
    assert violations(cloud.app) == []


def test_a_failed_creation_leaves_a_reason_and_nothing_else(each_cloud: Cloud) -> None:
    cloud = each_cloud
    cloud.failing_image()
    server_id = cloud.create()
    cloud.converge()
    server = cloud.server(server_id)
    assert server.status == "ERROR"
    assert server.fault is not None
    assert "node" not in server.fault.message
    assert cloud.instances() == []
    assert violations(cloud.app) == []
    cloud.delete(server_id)
    cloud.converge()
    assert cloud.holds_nothing()


def submit(cloud: Cloud, **faults: object) -> None:
    """The worker's one turn, with these faults in the cluster."""
    cloud.cluster().faults.set(**faults)
    cloud.workers[0].turn()
    cloud.cluster().faults.clear()


def spawn(cloud: Cloud) -> None:
    submit(cloud)
    cloud.pollers["one"].turn()


def fail(cloud: Cloud) -> None:
    submit(cloud, fail_jobs=1)
    cloud.converge()


STAGES: dict[str, Callable[[Cloud], None]] = {
    "queued": lambda _: None,
    "submitted": submit,
    "answer lost": partial(submit, swallow_answers=1),
    "request lost": partial(submit, swallow_requests=1),
    "not sent": partial(submit, unreachable=True),
    "refused": partial(submit, refuse=1),
    "spawning": spawn,
    "failed": fail,
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_server_can_be_deleted_at_any_time(each_cloud: Cloud, stage: str) -> None:
    cloud = each_cloud
    server_id = cloud.create()
    STAGES[stage](cloud)
    request = cloud.delete(server_id)
    cloud.converge()
    assert cloud.server(server_id).status == "DELETED"
    assert cloud.outcome(server_id, request) == ("Success", None)
    assert cloud.instances() == []
    assert cloud.holds_nothing()
    assert violations(cloud.app) == []


def test_a_request_that_arrives_after_everything_is_undone(each_cloud: Cloud) -> None:
    """As from a worker that slept in the middle of sending, longer than anybody waits."""
    cloud = each_cloud
    server_id, now = cloud.create(), cloud.clock.now()
    (claim,) = cloud.app.atomically(lambda unit: unit.outbox.claim(now, now, 1, 1))
    cloud.clock.passed += 1
    cloud.converge()
    cloud.delete(server_id)
    cloud.converge()
    cloud.cluster().submit(claim.effect)
    cloud.pass_time(3)
    cloud.converge()
    assert cloud.instances() == []
    assert violations(cloud.app, "I2") == []


def test_what_never_reached_a_cluster_is_deleted_at_once(each_cloud: Cloud) -> None:
    server_id = each_cloud.create()
    each_cloud.delete(server_id)
    assert each_cloud.server(server_id).status == "DELETED"
    assert each_cloud.unfinished() == []
    assert gathered(each_cloud.app).jobs == []
    assert violations(each_cloud.app) == []


def test_a_second_delete_is_one_too_many_but_harmless(each_cloud: Cloud) -> None:
    server_id = each_cloud.running()
    for _ in range(2):
        each_cloud.delete(server_id)
    each_cloud.workers[0].turn()
    each_cloud.delete(server_id)
    each_cloud.converge()
    assert each_cloud.server(server_id).status == "DELETED"
    assert violations(each_cloud.app) == []


@pytest.mark.parametrize("fault", ["swallow_answers", "swallow_requests"])
def test_lost_exchanges_make_exactly_one_job_each(each_cloud: Cloud, fault: str) -> None:
    cloud = each_cloud
    server_ids = [cloud.create() for _ in range(4)]
    cloud.cluster().faults.set(**{fault: 3})
    cloud.converge()
    assert {cloud.server(server_id).status for server_id in server_ids} == {"ACTIVE"}
    assert len(gathered(cloud.app).jobs) == 4
    assert violations(cloud.app) == []


def test_a_cluster_that_is_down_is_waited_for_and_gets_no_new_servers(each_cloud: Cloud) -> None:
    cloud = each_cloud
    waiting = cloud.create()
    cloud.cluster().faults.set(unreachable=True)
    cloud.pass_time(5)
    assert cloud.server(waiting).status == "BUILD"
    with pytest.raises(NoCapacity):
        cloud.create()
    cloud.cluster().faults.clear()
    cloud.converge()
    cloud.pass_time(2)
    assert cloud.server(waiting).status == "ACTIVE"
    cloud.running()
    assert violations(cloud.app) == []


def test_waiting_ends_at_the_deadline_with_a_reason(each_cloud: Cloud) -> None:
    cloud = each_cloud
    server_id = cloud.create()
    cloud.cluster().faults.set(unreachable=True)
    cloud.workers[0].turn()
    cloud.clock.passed += cloud.app.settings.effect_deadline + 1
    cloud.workers[0].turn()
    server = cloud.server(server_id)
    assert server.fault is not None
    assert (server.status, server.fault.message) == ("ERROR", TOO_LATE)
    cloud.cluster().faults.clear()
    cloud.converge()
    assert violations(cloud.app) == []


def test_servers_land_on_all_clusters_but_the_drained(each_cloud: Cloud) -> None:
    cloud = each_cloud
    for name in ("two", "three"):
        cloud.add_cluster(name)
    cloud.app.atomically(lambda unit: unit.cluster_register.drain("three", drained=True))
    for _ in range(4):
        cloud.create(flavor_id="4")
    cloud.converge()
    assert {name: len(cloud.instances(name)) for name in cloud.pollers} == {
        "one": 2,
        "two": 2,
        "three": 0,
    }
    assert violations(cloud.app) == []


def test_what_administrators_do_is_seen_and_strangers_are_left_alone(each_cloud: Cloud) -> None:
    cloud = each_cloud
    administrator = cloud.cluster().administrator
    administrator.create("stranger")
    server_id = cloud.running()
    name = cloud.server(server_id).instance
    administrator.stop(name)
    cloud.pass_time(4)
    assert cloud.server(server_id).status == "SHUTOFF"
    administrator.start(name)
    cloud.pass_time(4)
    assert cloud.server(server_id).status == "ACTIVE"
    administrator.modify(name, vcpus=4, memory=2048)
    cloud.pass_time(4)
    server = cloud.server(server_id)
    assert (server.vcpus, server.ram, server.status) == (4, 2048, "ACTIVE")
    assert violations(cloud.app) == []
    administrator.remove(name)
    cloud.pass_time(4)
    assert cloud.server(server_id).status == "DELETED"
    assert cloud.instances() == ["stranger"]
    assert cloud.holds_nothing()
    assert violations(cloud.app) == []


def test_a_locked_server_is_for_administrators(each_cloud: Cloud) -> None:
    server_id = each_cloud.running()
    each_cloud.app.atomically(lambda unit: unit.server_actions.lock(MEMBER, "req-l", server_id, ""))
    each_cloud.delete(server_id, ADMIN)
    each_cloud.converge()
    assert each_cloud.server(server_id).deleted
