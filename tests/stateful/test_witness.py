"""The witness notices whatever is wrong in the middle of things, rule by rule."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from cyclades.adapters.simulated.world import World
from tests.harness.api import CALLERS
from tests.stateful.ground import Ground
from tests.stateful.site import CLUSTERS, Site
from tests.stateful.witness import RULES, Witness


def sql(statement: str) -> Callable[[Site], None]:
    """Break something in the database."""

    def deed(site: Site) -> None:
        with site.users.app.transaction() as unit:
            unit.connection.execute(text(statement))

    return deed


def inside(verb: Callable[[World], object]) -> Callable[[Site], None]:
    """Break something in every cluster."""

    def deed(site: Site) -> None:
        for name in CLUSTERS:
            site.cluster(name).store.change(verb)

    return deed


def submitted_twice(world: World) -> None:
    for job in list(world.jobs.values()):
        world.jobs[job.id + 50] = replace(job, id=job.id + 50)


def renamed(world: World) -> None:
    for name in [name for name in world.instances if name.startswith("cyclades-")]:
        instance = world.instances.pop(name)
        instance.name = "cyclades-nobody"
        world.instances[instance.name] = instance


def grown(world: World) -> None:
    for name, instance in world.instances.items():
        instance.memory += 64 * (name == "stranger")


BREAKAGES: list[tuple[str, Callable[[Site], None]]] = [
    ("I1", sql("UPDATE servers SET effect_id = 'gone'")),
    ("I1", sql("UPDATE servers SET task_state = 'deleting'")),
    ("I1", sql("UPDATE servers SET vm_state = 'building'")),
    ("I1", sql("UPDATE instance_actions SET result = NULL")),
    ("I1 words", sql("UPDATE servers SET vm_state = 'error'")),
    ("I1 words", sql("UPDATE instance_actions SET result = 'Error'")),
    ("I2", inside(submitted_twice)),
    ("I3", inside(renamed)),
    ("I4", sql("UPDATE addresses SET port_id = NULL")),
    ("I6 limits", sql("UPDATE quotas SET used = used + 50")),
    ("I7 I8", sql("UPDATE servers SET version = 1")),
    ("I7 I8", sql("UPDATE servers SET name = 'other'")),
    ("I7 I8", sql("UPDATE effects SET state = 'queued', finished = NULL")),
    ("I9 fields", inside(grown)),
    ("I1 networks", sql("UPDATE ports SET effect_id = 'gone'")),
    ("I1 networks", sql("UPDATE network_clusters SET effect_id = 'gone'")),
    ("I10 ports", sql("UPDATE ports SET device_id = '', device_owner = ''")),
    ("I10", sql("UPDATE servers SET deleted = true, vm_state = 'deleted', terminated = created")),
]


@pytest.fixture
def whole(ground: Ground) -> Iterator[tuple[Site, Witness]]:
    """A site with a server and a stranger, and nothing wrong."""
    with ground.site() as site:
        witness = Witness(site)
        site.users.create_all(CALLERS["member"])
        witness.made_by_hand.add("stranger")
        site.cluster("one").administrator.create("stranger")
        site.settles()
        assert witness.wrongs() == []
        yield site, witness


def test_every_rule_is_tried() -> None:
    assert {name for name, _ in BREAKAGES} == set(RULES)


@pytest.mark.parametrize(
    ("rule", "deed"), BREAKAGES, ids=[f"{name} {n}" for n, (name, _) in enumerate(BREAKAGES)]
)
def test_what_is_broken_is_noticed(
    whole: tuple[Site, Witness], rule: str, deed: Callable[[Site], None]
) -> None:
    site, witness = whole
    deed(site)
    assert rule in {said.partition(":")[0] for said in witness.wrongs()}
