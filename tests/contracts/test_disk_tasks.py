"""What any DiskTaskRepository does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.disk_tasks import SqlDiskTasks
from cyclades.domain.model.disk_task import TaskKind, TaskState
from cyclades.domain.model.errors import StaleVersion
from cyclades.ports.disk_tasks import DiskTaskRepository
from tests.harness.samples import NOW, a_cluster
from tests.harness.sealing import secrets
from tests.harness.volumes import a_task


@pytest.fixture
def tasks(connection: Connection) -> DiskTaskRepository:
    for name in ("one", "two"):
        SqlClusters(connection, secrets()).add(a_cluster(name), NOW)
    return SqlDiskTasks(connection)


def test_what_goes_in_comes_out(tasks: DiskTaskRepository) -> None:
    made = a_task(
        TaskKind.SNAPSHOT,
        plan=("activate", "copy"),
        step=1,
        facts={"path": "/srv/x"},
        volume_id="v",
        snapshot_id="s",
        server_id="server",
        effect_id="effect",
        state=TaskState.UNDOING,
        message="No room.",
    )
    tasks.add(made)
    assert tasks.by_id(made.id) == made
    assert tasks.by_id("none") is None
    saved = tasks.save(replace(made, step=2))
    assert tasks.by_id(made.id) == saved
    with pytest.raises(StaleVersion):
        tasks.save(made)


def test_the_last_about_a_volume(tasks: DiskTaskRepository) -> None:
    first = a_task(TaskKind.CREATE, volume_id="v", finished=NOW, state=TaskState.DONE)
    last = a_task(TaskKind.ATTACH, volume_id="v", created=NOW + timedelta(seconds=1))
    for task in (last, first, a_task(TaskKind.DELETE, volume_id="w")):
        tasks.add(task)
    assert tasks.last_of("v") == last
    assert tasks.last_of("none") is None


def test_those_that_have_not_ended(tasks: DiskTaskRepository) -> None:
    old, new, done, other = (
        a_task(TaskKind.ATTACH, server_id="s"),
        a_task(TaskKind.ATTACH, server_id="s", created=NOW + timedelta(seconds=1)),
        a_task(
            TaskKind.ATTACH,
            server_id="s",
            finished=NOW,
            state=TaskState.DONE,
            snapshot_id="spare",
        ),
        a_task(TaskKind.DELETE, cluster_id="two", snapshot_id="read"),
    )
    for task in (new, other, done, old):
        tasks.add(task)
    assert tasks.open("one") == tasks.of_server("s") == [old, new]
    assert tasks.open("two") == [other]
    assert [tasks.reading(name) for name in ("read", "spare")] == [True, False]
    assert tasks.forget(NOW) == 0
    assert tasks.forget(NOW + timedelta(seconds=1)) == 1
    assert tasks.by_id(done.id) is None
    assert tasks.by_id(old.id) == old
