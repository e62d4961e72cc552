"""Clusters are asked while no transaction is open: a slow one holds no row and no connection."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import update

from cyclades.adapters.sql.schema.clusters import clusters
from cyclades.bootstrap.drivers import LOOK_EVERY
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.ports.cluster_driver import SubmissionRefused
from cyclades.workers.audits import audit_cluster
from tests.harness.cloud import Cloud

CALLS = ("submit", "find", "job", "jobs", "instances", "instance", "capacity")


@pytest.fixture
def open_then(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls to the cluster during which a connection to the database was taken."""
    found: list[str] = []
    driver = cloud.cluster()

    def watched(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def watching(*args: Any) -> Any:
            if cloud.app.engine.pool.checkedout():  # type: ignore[attr-defined] # a QueuePool
                found.append(name)
                raise SubmissionRefused(name)
            return call(*args)

        return watching

    for name in CALLS:
        monkeypatch.setattr(driver, name, watched(name, getattr(driver, name)))
    return found


def test_the_effects_worker_asks_clusters_outside_of_transactions(
    cloud: Cloud, open_then: list[str]
) -> None:
    cloud.create()
    cloud.cluster().faults.set(swallow_answers=1)
    cloud.workers[0].turn()
    cloud.clock.passed += 60
    cloud.workers[0].turn()
    assert open_then == []
    assert len(cloud.cluster().jobs()) == 1


def test_the_poller_reads_clusters_outside_of_transactions(
    cloud: Cloud, open_then: list[str]
) -> None:
    first = cloud.running()
    cloud.cluster().administrator.stop(cloud.server(first).instance)
    cloud.create()
    cloud.cluster().faults.archive_jobs()
    cloud.pass_time(4)
    cloud.converge()
    assert open_then == []
    assert cloud.server(first).status == "SHUTOFF"


def test_audits_read_clusters_outside_of_transactions(cloud: Cloud, open_then: list[str]) -> None:
    name = cloud.server(cloud.running()).instance
    cloud.cluster().administrator.remove(name)
    cloud.clock.passed += 5
    audit_cluster(cloud.app, "one")
    assert open_then == []


def test_a_cluster_has_one_driver_in_a_process(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many threads ask for it first: what it knows of the cluster is in one place."""
    drivers, inside = cloud.app.drivers, threading.Barrier(2)
    drivers.close()
    connect = drivers.connect

    def slow(connection: ClusterConnection, expected_uuid: str | None) -> Any:
        with suppress(threading.BrokenBarrierError):  # the other one waits outside, as it should
            inside.wait(0.3)
        return connect(connection, expected_uuid)

    monkeypatch.setattr(drivers, "connect", slow)
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(drivers.of, ["one", "one"])
    assert first is second


def test_new_credentials_are_noticed(cloud: Cloud) -> None:
    """By every process that runs, in a moment."""
    drivers = cloud.app.drivers
    old = drivers.of("one")
    with cloud.app.transaction() as unit:
        unit.connection.execute(update(clusters).values(username="another"))
    assert drivers.of("one") is old, "not all the time"
    cloud.clock.passed += LOOK_EVERY
    assert drivers.of("one") is not old
