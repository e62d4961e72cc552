"""What the scripts say that fill a disk becomes progress, and steps of the creation."""

from dataclasses import replace

import pytest

from cyclades.domain.model.reports import BuildProgress
from cyclades.domain.services.cluster_updates import MOST_EVENTS
from tests.harness.cloud import Cloud
from tests.workers.invariants import violations


def told(cloud: Cloud, report: BuildProgress) -> bool:
    return cloud.update(lambda updates: updates.apply(report))


def build(cloud: Cloud, server_id: str, progress: int | None, message: str = "") -> BuildProgress:
    return BuildProgress("one", cloud.server(server_id).instance, progress, message)


def test_a_build_comes_on_and_never_back(cloud: Cloud) -> None:
    server_id = cloud.create()
    said = [(5, True), (40, True), (40, False), (20, False), (None, False), (100, True)]
    assert [told(cloud, build(cloud, server_id, at)) for at, _ in said] == [new for _, new in said]
    server = cloud.server(server_id)
    assert (server.progress, server.status, server.task_state) == (99, "BUILD", "spawning")
    assert server.version == 1 + 3
    cloud.converge()
    assert cloud.server(server_id).progress == 100
    assert not told(cloud, build(cloud, server_id, 50, "late"))
    assert violations(cloud.app) == []


def test_what_a_build_says_is_kept_once(cloud: Cloud) -> None:
    server_id = cloud.create()
    assert told(cloud, build(cloud, server_id, None, "copying"))
    assert not told(cloud, build(cloud, server_id, None, "copying"))
    for number in range(MOST_EVENTS + 5):
        told(cloud, build(cloud, server_id, None, f"step {number}"))
    with cloud.app.reader() as unit:
        (action,) = unit.instance_actions.list(server_id)
        events = unit.instance_action_views.events(action.id)
    assert len(events) == MOST_EVENTS
    cloud.converge()
    assert violations(cloud.app) == []


@pytest.mark.parametrize("instance", ["cyclades-unknown", "their-vm", ""])
def test_progress_of_what_is_not_ours_is_nothing(cloud: Cloud, instance: str) -> None:
    assert not told(cloud, BuildProgress("one", instance, 50, "hm"))


def test_progress_of_a_server_that_goes_is_nothing(cloud: Cloud) -> None:
    server_id = cloud.create()
    cloud.workers[0].turn()
    assert not told(cloud, replace(build(cloud, server_id, 50), cluster_id="two"))
    cloud.delete(server_id)
    assert not told(cloud, build(cloud, server_id, 50, "hm"))
    cloud.converge()
    assert not told(cloud, build(cloud, server_id, 60, "hm"))
