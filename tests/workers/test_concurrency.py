"""Several workers at once, and clusters that make them wait."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from cyclades.bootstrap import Application
from cyclades.domain.model.effects import Effect
from cyclades.domain.model.server_actions import Action
from cyclades.workers.effects import EffectsWorker
from cyclades.workers.poller import ClusterPoller
from tests.harness.cloud import Cloud
from tests.harness.processes import wait_until
from tests.workers.invariants import violations


def test_a_cluster_that_hangs_holds_up_nobody_else(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, released = cloud.add_cluster("two"), Event()
    submit = hanging.submit

    def late(effect: Effect) -> int:
        released.wait(30)
        return submit(effect)

    monkeypatch.setattr(hanging, "submit", late)
    monkeypatch.setattr("cyclades.workers.effects.PATIENCE", 0.05)
    for _ in range(4):
        cloud.create(flavor_id="4")
        cloud.workers[0].turn()
    wait_until(lambda: len(cloud.cluster().jobs()) == 2, "jobs in the cluster that answers")
    assert hanging.jobs() == []
    released.set()
    wait_until(lambda: len(hanging.jobs()) == 2, "the other jobs")
    cloud.converge()
    assert violations(cloud.app) == []


def keep_turning(turn: Callable[[], float], done: Event) -> None:
    while not done.is_set():
        turn()


def test_several_workers_of_each_kind_at_once(each_cloud: Cloud) -> None:
    """Each pair is a process of its own as far as the database can tell."""
    cloud, count = each_cloud, 8
    others = [Application(cloud.app.settings, clock=cloud.clock) for _ in range(2)]
    effects = [EffectsWorker(app) for app in others]
    pollers = [ClusterPoller(app, "one", f"holder {n}") for n, app in enumerate(others)]
    turns = [worker.turn for worker in effects] + [poller.turn for poller in pollers]
    done = Event()
    with ThreadPoolExecutor(len(turns)) as threads:
        running = [threads.submit(keep_turning, turn, done) for turn in turns]

        def settled() -> bool:
            cloud.clock.passed += 0.5
            return not cloud.unfinished()

        try:
            server_ids = [cloud.create() for _ in range(count)]
            wait_until(settled, "servers")
            assert {cloud.server(server_id).status for server_id in server_ids} == {"ACTIVE"}
            for server_id in server_ids[: count // 2]:
                cloud.act(server_id, Action.REBOOT, "HARD")
            for server_id in server_ids:
                cloud.delete(server_id)
            wait_until(settled, "no servers")
        finally:
            done.set()
        for end in running:
            end.result()
    for worker in effects:
        worker.close()
    for app in others:
        app.close()
    assert cloud.instances() == []
    assert cloud.holds_nothing()
    assert violations(cloud.app) == []
