"""Each invariant notices when it is broken: a watchman who never cries proves nothing."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from cyclades.adapters.simulated.world import World
from tests.harness.api import KnownCallers
from tests.harness.cloud import Cloud, cloud_on
from tests.harness.contests import NETWORK, Arena, builds
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


def unconnected(world: World) -> None:
    for network in world.networks.values():
        network.groups.clear()


def elsewhere(world: World) -> None:
    for instance in world.instances.values():
        instance.nics[0]["network"] = "cyclades-net-other"


def readdressed(world: World) -> None:
    for instance in world.instances.values():
        instance.nics[0]["ip"] = "10.0.0.99"


def resized(world: World) -> None:
    for instance in world.instances.values():
        instance.disks[-1]["size"] = 7


def unplugged(world: World) -> None:
    for instance in world.instances.values():
        instance.disks.pop()


def left_loose(world: World) -> None:
    world.loose_disks.append({"name": "cyclades-disk-nobody", "size": 4, "uuid": "u"})


PUBLIC = "SELECT id FROM networks WHERE external"
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
    ("I1 networks", sql("UPDATE ports SET status = 'BUILD'")),
    ("I1 networks", sql("UPDATE network_clusters SET effect_id = 'none'")),
    ("I3", sql("UPDATE servers SET cluster_id = 'two'")),
    ("I3 homes", sql("UPDATE networks SET home_cluster_id = 'two'")),
    ("I4", sql("UPDATE ports SET device_id = 'gone' WHERE device_owner LIKE 'compute:%'")),
    (
        "I4",
        sql("UPDATE ports SET device_id = 'gone' WHERE device_owner = 'network:router_gateway'"),
    ),
    ("I4", sql("UPDATE ports SET device_id = 'gone' WHERE device_owner = 'network:floatingip'")),
    ("I4", sql("UPDATE ports SET device_id = ''")),
    ("I4", sql(f"UPDATE addresses SET network_id = ({PUBLIC}) WHERE address LIKE '10.%'")),
    ("I4 floating", sql("UPDATE floating_ips SET address = '203.0.113.99'")),
    ("I4 floating", sql("UPDATE floating_ips SET fixed_ip = NULL")),
    ("I4 floating", sql("UPDATE floating_ips SET fixed_ip = '10.0.0.99'")),
    ("I4 floating", sql("UPDATE floating_ips SET router_id = NULL")),
    ("I4 floating", sql("UPDATE floating_ips SET port_id = NULL")),
    (
        "I4 pools",
        sql("UPDATE network_resources SET network_id = 'gone' WHERE network_id IS NOT NULL"),
    ),
    ("I4 pools", sql("UPDATE networks SET mac_prefix = 'aa:bb:cc'")),
    ("I5", inside(replugged)),
    ("I5", inside(elsewhere)),
    ("I5", inside(readdressed)),
    ("I5 networks", inside(unconnected)),
    ("I5 networks", inside(lambda world: world.networks.clear())),
    ("I5 networks", sql("UPDATE network_clusters SET state = 'absent'")),
    ("I5 networks", sql("UPDATE servers SET deleted = true")),
    ("I6", sql("UPDATE quotas SET used = used + 1 WHERE resource = 'ram'")),
    ("I6", sql("UPDATE quotas SET used = used + 1 WHERE resource = 'router'")),
    ("I6", sql("UPDATE quotas SET used = used + 1 WHERE resource = 'floatingip'")),
    ("I6", sql("DELETE FROM quotas")),
    ("I7", sql("UPDATE feed SET version = 1")),
    ("I8", sql("UPDATE servers SET deleted = true")),
    ("I8", sql("UPDATE servers SET deleted = true, vm_state = 'deleted'")),
    ("I9", inside(renamed)),
    ("I1 disks", sql("UPDATE disk_tasks SET state = 'running'")),
    ("I1 disks", sql("UPDATE volumes SET status = 'attaching'")),
    ("I1 disks", sql("UPDATE volumes SET status = 'error'")),
    ("I1 disks", sql("UPDATE disk_tasks SET state = 'failed'")),
    ("I1 disks", sql("UPDATE volumes SET task_id = 'a-task'")),
    ("I1 disks", sql("UPDATE volume_attachments SET status = 'detaching'")),
    ("I3", sql("UPDATE volumes SET holder = true")),
    ("I3 disks", sql("UPDATE volumes SET place = 'holder'")),
    ("I3 disks", sql("UPDATE volumes SET size = 5")),
    ("I3 disks", inside(left_loose)),
    ("I3 disks", inside(resized)),
    ("I3 disks", inside(unplugged)),
    ("I5 disks", sql("UPDATE volume_attachments SET status = 'reserved'")),
    ("I5 disks", sql("UPDATE servers SET deleted = true")),
    ("I5 disks", sql("DELETE FROM volume_attachments")),
    ("I6 disks", sql("UPDATE quotas SET used = used + 1 WHERE resource = 'gigabytes'")),
    ("I6 disks", sql("UPDATE volumes SET size = 5")),
    ("I10", sql("UPDATE servers SET deleted = true")),
]


def test_every_rule_is_tried() -> None:
    assert {name for name, _ in BREAKAGES} == set(RULES)


def furnish(cloud: Cloud) -> None:
    """A server behind a router and a floating IP, with a volume."""
    cloud.app.identity = KnownCallers()
    arena = Arena(cloud)
    private = arena.network()
    built = builds(arena, networks=[{"uuid": private}])(arena.client)
    cloud.converge()
    public = arena.client.call("GET", f"{NETWORK}/networks?router:external=true").json["networks"]
    router = arena.make("router", external_gateway_info={"network_id": public[0]["id"]})
    (subnet,) = arena.client.call("GET", f"{NETWORK}/networks/{private}").json["network"]["subnets"]
    path = f"{NETWORK}/routers/{router}/add_router_interface"
    arena.client.call("PUT", path, {"subnet_id": subnet}, status=200)
    of_server = f"{NETWORK}/ports?device_id={built.json['server']['id']}"
    (port,) = arena.client.call("GET", of_server).json["ports"]
    arena.make("floatingip", floating_network_id=public[0]["id"], port_id=port["id"])
    volume = arena.client.call("POST", "/volume/v3/volumes", {"volume": {"size": 1}}).json
    wanted = {"volumeAttachment": {"volumeId": volume["volume"]["id"]}}
    of_volumes = f"/compute/v2.1/servers/{built.json['server']['id']}/os-volume_attachments"
    arena.client.call("POST", of_volumes, wanted)
    cloud.converge()
    cloud.add_cluster("two")


@pytest.fixture(scope="module")
def furnished(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Cloud, Path]]:
    """Made once; and its database, to be copied."""
    home = tmp_path_factory.mktemp("furnished")
    database = Path(shutil.copy(sqlite_template, home / "cyclades.db"))
    made = cloud_on(f"sqlite:///{database}", home)
    furnish(made)
    made.app.engine.dispose()
    shutil.copy(database, home / "kept")
    yield made, database
    made.close()


@pytest.fixture
def whole(furnished: tuple[Cloud, Path]) -> Cloud:
    """A furnished cloud, and nothing wrong."""
    made, database = furnished
    made.app.engine.dispose()
    for path in database.parent.glob("cyclades.db*"):
        path.unlink()
    shutil.copy(database.parent / "kept", database)
    for name in ("one", "two"):
        made.cluster(name).store._cached = None
    assert violations(made.app) == []
    return made


@pytest.mark.parametrize(
    ("rule", "deed"), BREAKAGES, ids=[f"{name} {n}" for n, (name, _) in enumerate(BREAKAGES)]
)
def test_what_is_broken_is_noticed(whole: Cloud, rule: str, deed: Callable[[Cloud], None]) -> None:
    deed(whole)
    assert rule in {said.partition(":")[0] for said in violations(whole.app)}
