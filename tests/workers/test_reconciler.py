"""The reconciler: in time, alone, never on thin evidence, whatever a cluster does."""

import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest

from cyclades.adapters.simulated.world import Instance, World
from cyclades.commands.worker import start_workers
from cyclades.domain.model.deadlines import STILL_AWAITED
from cyclades.domain.model.divergence import DivergenceKind
from cyclades.domain.model.server_actions import Action
from cyclades.ports.cluster_driver import ClusterDriver
from cyclades.workers.audits import audit_cluster, audit_ledger, look_at_cluster
from cyclades.workers.reconciler import ClusterReconciler, ReconcilerWorker, resolve_late
from tests.harness.cloud import Cloud
from tests.harness.damage import alter, lasting, sql, vanish
from tests.harness.processes import wait_until
from tests.harness.reliability import Recorder
from tests.workers.invariants import violations

Kind = DivergenceKind


@pytest.mark.fault(30)
def test_a_list_with_many_holes_deletes_nothing(cloud: Cloud, converged: Recorder) -> None:
    made = [cloud.create() for _ in range(8)]
    cloud.converge()
    kept: dict[str, Instance] = {}

    def empty(world: World) -> None:
        kept.update(world.instances)
        world.instances.clear()

    def fill(world: World) -> None:
        world.instances.update(kept)

    began, looks = cloud.clock.passed, 10
    cloud.cluster().store.change(empty)
    for _ in range(looks):
        audit_cluster(cloud.app, "one")
        cloud.turn()
        cloud.clock.passed += 1
    assert Kind.FUSE in {each.kind for each in lasting(cloud)}
    gone = sum(cloud.server(server_id).status != "ACTIVE" for server_id in made)
    cloud.cluster().store.change(fill)
    audit_cluster(cloud.app, "one")
    converged(30, cloud.clock.passed - began, looks, gone)
    assert lasting(cloud) == []
    assert gone == 0
    assert violations(cloud.app) == []


@pytest.mark.fault(29)
def test_another_cluster_under_the_same_address_changes_nothing(
    cloud: Cloud, converged: Recorder
) -> None:
    server_id = cloud.running()
    before = cloud.server(server_id)
    cloud.cluster().faults.set(foreign_uuid="another")
    vanish(cloud, server_id)
    reconciler = ClusterReconciler(cloud.app, "one", "me")
    times = 5
    for _ in range(times):
        cloud.clock.passed += reconciler.turn()
    wrong = int(cloud.server(server_id) != before)
    converged(29, 0, times, wrong)
    assert not wrong
    assert lasting(cloud) == []


@pytest.mark.fault(33)
def test_hundred_operations_that_hang_are_told_and_still_adopted(
    cloud: Cloud, converged: Recorder
) -> None:
    made = [cloud.create() for _ in range(100)]
    cloud.cluster().faults.set(paused=True)
    cloud.workers[0].turn()
    cloud.clock.passed += cloud.app.settings.effect_deadline + 1
    began = cloud.clock.passed
    worker = ReconcilerWorker(cloud.app)
    worker.turn()
    worker.close()
    told = [cloud.server(server_id) for server_id in made]
    assert {server.status for server in told} == {"ERROR"}, "none is in BUILD for ever"
    awaited = [s.id for s in told if s.fault and s.fault.message == STILL_AWAITED]
    assert len(awaited) >= cloud.app.settings.effects_per_cluster, "those that have a job"
    assert {each.kind for each in lasting(cloud)} == {Kind.STUCK_OPERATION}
    cloud.cluster().faults.clear()
    cloud.converge()
    lost = sum(cloud.server(server_id).status != "ACTIVE" for server_id in awaited)
    converged(33, cloud.clock.passed - began, len(awaited), lost)
    assert not lost
    audit_ledger(cloud.app)
    assert lasting(cloud) == []
    assert violations(cloud.app) == []


def test_deadlines_are_kept_while_the_cluster_is_dead(cloud: Cloud) -> None:
    server_id = cloud.running()
    request = cloud.act(server_id, Action.STOP)
    cloud.workers[0].turn()
    cloud.cluster().faults.set(unreachable=True)
    cloud.clock.passed += cloud.app.settings.effect_deadline
    assert resolve_late(cloud.app) == 1
    assert cloud.outcome(server_id, request) == ("Error", STILL_AWAITED)
    assert cloud.server(server_id).task_state is None


def test_one_reconciler_audits_and_another_takes_over(cloud: Cloud) -> None:
    server_id = cloud.running()
    first, second = (ClusterReconciler(cloud.app, "one", name) for name in ("a", "b"))
    assert first.turn() > 0
    cloud.clock.passed += 1
    alter(cloud, server_id, lambda instance: setattr(instance, "running", False))
    second.turn()
    assert lasting(cloud) == [], "the first has the lease"
    first.rounds.give_up()
    cloud.clock.passed += 2 * cloud.app.settings.audit_interval
    second.turn()
    assert [each.kind for each in lasting(cloud)] == [Kind.POWER]
    assert cloud.server(server_id).status == "SHUTOFF"


def test_a_reconciler_that_died_is_replaced(cloud: Cloud) -> None:
    cloud.running()
    ClusterReconciler(cloud.app, "one", "dead").turn()
    heir, began = ClusterReconciler(cloud.app, "one", "heir"), cloud.clock.passed
    cloud.cluster().administrator.create("stranger")
    while not lasting(cloud):
        cloud.clock.passed += heir.turn()
    interval = cloud.app.settings.audit_interval
    assert cloud.clock.passed - began <= 5 * interval


def test_what_costs_much_is_done_rarely(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    interval = cloud.app.settings.audit_interval
    slow = cloud.cluster()
    real, costs = slow.instances, iter((0, 10, 1000))

    def instances() -> Any:
        cloud.clock.passed += next(costs)
        return real()

    monkeypatch.setattr(slow, "instances", instances)
    waits = [ClusterReconciler(cloud.app, "one", "me").turn() for _ in range(3)]
    assert 0.5 * interval < waits[0] < 1.5 * interval
    assert waits[1] == pytest.approx(waits[0] + 19 * 10)
    assert waits[2] <= 11.5 * interval


class Hanging:
    """A cluster that never answers."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.asked = threading.Event()

    def jobs(self, since: int = 0) -> list[Any]:
        del since
        self.asked.set()
        self.released.wait(timeout=60)
        return []

    def instances(self) -> list[Any]:
        return []

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    driver = Hanging()
    yield driver
    driver.released.set()


def test_a_cluster_that_hangs_delays_only_itself(
    cloud: Cloud, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.add_cluster("two").administrator.create("stranger")
    cloud.clock.passed += 5
    real = cloud.app.drivers.of
    monkeypatch.setattr(
        cloud.app.drivers,
        "of",
        lambda name: cast(ClusterDriver, hanging) if name == "one" else real(name),
    )
    running = start_workers(cloud.app, ("reconciler",))
    wait_until(hanging.asked.is_set, "a question to the cluster that hangs")
    wait_until(lambda: bool(lasting(cloud)), "what the other cluster shows")
    assert {each.cluster_id for each in lasting(cloud)} == {"two"}
    hanging.released.set()
    running.stop(cloud.app.queue.wake)


def test_the_worker_finds_and_mends_by_itself(cloud: Cloud) -> None:
    server_id = cloud.running()
    sql(cloud, "UPDATE quotas SET used = used + 5 WHERE resource = 'cores'")
    running = start_workers(cloud.app, ("reconciler",))
    wait_until(lambda: violations(cloud.app) == [], "a right book")
    alter(cloud, server_id, lambda instance: setattr(instance, "running", False))

    def noticed() -> bool:
        cloud.clock.passed += cloud.app.settings.audit_interval
        cloud.app.queue.wake("reconciler")
        return cloud.server(server_id).status == "SHUTOFF"

    wait_until(noticed, "a server that is known to be down")
    running.stop(cloud.app.queue.wake)
    assert look_at_cluster(cloud.app, "one").found == []
