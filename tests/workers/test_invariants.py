"""Each invariant notices when it is broken: a watchman who never cries proves nothing."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from cyclades.adapters.simulated.world import World
from tests.harness.cloud import Cloud
from tests.workers.invariants import RULES, violations


def sql(statement: str) -> Callable[[Cloud], None]:
    """Break something in the database."""

    def deed(cloud: Cloud) -> None:
        with cloud.app.transaction() as unit:
            unit.connection.execute(text(statement))

    return deed


def inside(verb: Callable[[World], object]) -> Callable[[Cloud], None]:
    """Break something in the cluster."""

    def deed(cloud: Cloud) -> None:
        cloud.cluster().store.change(verb)

    return deed


def submitted_twice(cloud: Cloud) -> None:
    def verb(world: World) -> None:
        world.last_job += 1
        world.jobs[world.last_job] = world.jobs[1]

    cloud.cluster().store.change(verb)


def renamed(world: World) -> None:
    for job in world.jobs.values():
        job.op["instance_name"] = "stranger"


def replugged(world: World) -> None:
    for instance in world.instances.values():
        instance.nics[0]["mac"] = "aa:bb:cc:dd:ee:ff"


def orphaned(world: World) -> None:
    (instance,) = world.instances.values()
    world.instances["cyclades-orphan"] = instance
    instance.name = "cyclades-orphan"


BREAKAGES: list[tuple[str, Callable[[Cloud], None]]] = [
    ("I1", sql("UPDATE effects SET state = 'submitted'")),
    ("I1", sql("UPDATE instance_actions SET result = NULL")),
    ("I1", sql("UPDATE instance_actions SET result = 'Error'")),
    ("I1", sql("UPDATE servers SET vm_state = 'error'")),
    ("I1", sql("UPDATE servers SET task_state = 'deleting'")),
    ("I2", submitted_twice),
    ("I2", inside(lambda world: world.jobs.clear())),
    ("I3", inside(lambda world: world.instances.clear())),
    ("I3", inside(orphaned)),
    ("I3", sql("UPDATE servers SET cluster_id = 'two'")),
    ("I4", sql("UPDATE ports SET device_id = 'gone'")),
    ("I5", inside(replugged)),
    ("I6", sql("UPDATE quotas SET used = used + 1 WHERE resource = 'ram'")),
    ("I6", sql("DELETE FROM quotas")),
    ("I7", sql("UPDATE feed SET version = 1")),
    ("I8", sql("UPDATE servers SET deleted = true")),
    ("I8", sql("UPDATE servers SET deleted = true, vm_state = 'deleted'")),
    ("I9", inside(renamed)),
]


def test_every_rule_is_tried() -> None:
    assert {name for name, _ in BREAKAGES} == set(RULES)


@pytest.fixture
def whole(cloud: Cloud) -> Cloud:
    """A cloud with a server, and nothing wrong."""
    cloud.running()
    cloud.add_cluster("two")
    assert violations(cloud.app) == []
    return cloud


@pytest.mark.parametrize(
    ("rule", "deed"), BREAKAGES, ids=[f"{name} {n}" for n, (name, _) in enumerate(BREAKAGES)]
)
def test_what_is_broken_is_noticed(whole: Cloud, rule: str, deed: Callable[[Cloud], None]) -> None:
    deed(whole)
    assert rule in {said.partition(":")[0] for said in violations(whole.app)}
