"""Each kind of divergence is found and mended, and nothing else is touched."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cyclades.adapters.simulated.world import Instance
from cyclades.domain.model.deadlines import LOST
from cyclades.domain.model.divergence import DivergenceKind
from cyclades.domain.model.port import ACTIVE, DOWN
from cyclades.domain.model.server import GONE, tag_of
from cyclades.domain.model.server_actions import Action
from cyclades.workers.audits import Audited, audit_cluster, audit_ledger
from tests.harness.cloud import Cloud
from tests.harness.damage import alter, lasting, sql, vanish
from tests.workers.invariants import violations

Kind = DivergenceKind


def audited(cloud: Cloud, times: int = 1) -> Audited:
    """The cluster, so many times in a row; the last result."""
    for _ in range(times):
        result = audit_cluster(cloud.app, "one")
    return result


def statuses(cloud: Cloud, server_id: str) -> set[str]:
    with cloud.app.reader() as unit:
        return {port.status for port in unit.port_rows.of_device(server_id)}


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [(Kind.POWER, "running", False), (Kind.SIZE, "memory", 4096), (Kind.SIZE, "vcpus", 7)],
)
def test_power_and_size_follow_the_cluster(
    each_cloud: Cloud, kind: Kind, name: str, value: object
) -> None:
    cloud = each_cloud
    server_id = cloud.running()
    alter(cloud, server_id, lambda instance: setattr(instance, name, value))
    assert [each.kind for each in audited(cloud).mended] == [kind]
    assert [each.kind for each in lasting(cloud)] == [kind]
    assert audited(cloud).found == []
    assert lasting(cloud) == []
    server = cloud.server(server_id)
    assert value in {server.ram, server.vcpus, server.vm_state == "active"}
    assert violations(cloud.app) == [], "usage follows"


def test_a_server_without_an_instance_is_in_error_after_two_looks(each_cloud: Cloud) -> None:
    cloud = each_cloud
    server_id = cloud.running()
    vanish(cloud, server_id)
    audited(cloud)
    assert cloud.server(server_id).status == "ACTIVE"
    audited(cloud)
    fault = cloud.server(server_id).fault
    assert fault is not None
    assert fault.message == GONE
    assert audited(cloud).mended == []
    (left,) = lasting(cloud)
    assert (left.kind, left.repairable) == (Kind.STALE_SERVER, False)
    cloud.delete(server_id)
    cloud.converge()
    assert audited(cloud).found == []
    assert cloud.holds_nothing()
    assert violations(cloud.app) == []


def orphaned(cloud: Cloud) -> str:
    """An instance whose server is deleted."""
    server_id = cloud.running()
    name = cloud.server(server_id).instance
    cloud.delete(server_id)
    cloud.converge()
    cloud.cluster().administrator.create(name)
    cloud.clock.passed += 5
    return name


def test_an_orphan_is_removed_when_it_was_seen_twice(each_cloud: Cloud) -> None:
    cloud = each_cloud
    name = orphaned(cloud)
    assert audited(cloud).mended == []
    assert cloud.unfinished() == []
    assert [each.kind for each in audited(cloud).mended] == [Kind.ORPHAN_INSTANCE]
    assert cloud.instances() == [name]
    cloud.converge()
    assert cloud.instances() == []
    assert audited(cloud).found == []
    assert violations(cloud.app) == []


def test_what_a_failed_build_left_is_removed_too(cloud: Cloud) -> None:
    cloud.failing_image()
    server_id = cloud.create()
    cloud.converge()
    cloud.cluster().administrator.create(cloud.server(server_id).instance)
    cloud.clock.passed += 5
    audited(cloud, times=2)
    cloud.converge()
    assert cloud.instances() == []
    assert cloud.server(server_id).status == "ERROR"
    assert violations(cloud.app) == []


def test_several_audits_at_once_remove_an_orphan_once(each_cloud: Cloud) -> None:
    cloud = each_cloud
    orphaned(cloud)
    with ThreadPoolExecutor(4) as pool:
        for job in [pool.submit(audited, cloud, 3) for _ in range(4)]:
            job.result()
    assert len(cloud.unfinished()) == 1
    cloud.converge()
    assert violations(cloud.app) == []


def test_a_port_without_an_interface_is_down_until_it_has_one(each_cloud: Cloud) -> None:
    cloud = each_cloud
    server_id = cloud.running()
    nics: list[dict[str, Any]] = []

    def unplug(instance: Instance) -> None:
        nics.extend(instance.nics)
        instance.nics.clear()

    alter(cloud, server_id, unplug)
    audited(cloud)
    assert statuses(cloud, server_id) == {DOWN}
    assert [each.kind for each in lasting(cloud)] == [Kind.NICS], "it is still missing"
    assert audited(cloud).mended == []
    alter(cloud, server_id, lambda instance: instance.nics.extend(nics))
    audited(cloud, times=2)
    assert statuses(cloud, server_id) == {ACTIVE}
    assert lasting(cloud) == []
    assert violations(cloud.app) == []


def test_what_operators_must_mend_is_reported_until_they_do(cloud: Cloud) -> None:
    server_id = cloud.running()
    before = cloud.server(server_id)
    alter(cloud, server_id, lambda instance: instance.disks[0].update(size=77777))
    assert audited(cloud, times=3).mended == []
    with cloud.app.reader() as unit:
        (seen,) = unit.divergences.lasting()
    assert (seen.divergence.kind, seen.sightings) == (Kind.DISKS, 3)
    assert cloud.server(server_id) == before


def test_a_tag_that_is_missing_is_set_once(each_cloud: Cloud) -> None:
    cloud = each_cloud
    server_id = cloud.running()
    before = cloud.server(server_id)
    alter(cloud, server_id, lambda instance: setattr(instance, "tags", ["theirs"]))
    with ThreadPoolExecutor(4) as pool:
        for job in [pool.submit(audited, cloud, 2) for _ in range(4)]:
            job.result()
    assert len(cloud.unfinished()) == 1
    cloud.converge()
    (seen,) = cloud.cluster().instances()
    assert seen.tags == {"theirs", tag_of(server_id)}
    assert audited(cloud).found == []
    assert lasting(cloud) == []
    assert cloud.server(server_id) == before, "its user saw nothing of it"
    assert violations(cloud.app) == []


def test_strangers_are_never_touched(cloud: Cloud) -> None:
    for name in ("stranger", "cyclades-someone-elses"):
        cloud.cluster().administrator.create(name)
    cloud.clock.passed += 5
    audited(cloud, times=5)
    cloud.pass_time(3)
    assert cloud.instances() == ["cyclades-someone-elses", "stranger"]
    assert cloud.unfinished() == []
    assert violations(cloud.app, "I3") == []


def test_a_database_that_is_wrong_in_every_way_at_once(each_cloud: Cloud) -> None:
    """A server is struck out by hand: it holds ports and usage, and left its instance."""
    cloud = each_cloud
    server_id, other = cloud.running(), cloud.running()
    sql(
        cloud,
        "UPDATE servers SET vm_state = 'deleted', deleted = (1 = 1), terminated = updated "
        "WHERE id = :id",
        id=server_id,
    )
    sql(cloud, "UPDATE quotas SET used = used + 5 WHERE resource = 'network'")
    found = {each.divergence.kind for each in audit_ledger(cloud.app).found}
    assert found == {Kind.LEAKED_ADDRESS, Kind.QUOTA_DRIFT}
    audited(cloud, times=2)
    cloud.converge()
    audit_ledger(cloud.app)
    assert audit_ledger(cloud.app).found == []
    assert audited(cloud).found == []
    assert cloud.instances() == [cloud.server(other).instance]
    assert violations(cloud.app) == []


def test_operations_that_were_lost_are_ended_with_a_reason(each_cloud: Cloud) -> None:
    cloud = each_cloud
    building, stopping = cloud.create(), cloud.create()
    cloud.converge()
    sql(
        cloud,
        "UPDATE servers SET vm_state = 'building', task_state = 'spawning' WHERE id = :id",
        id=building,
    )
    stop = cloud.act(stopping, Action.STOP)
    sql(cloud, "UPDATE effects SET finished = created, state = 'cancelled' WHERE finished IS NULL")
    assert {each.kind for each in audit_ledger(cloud.app).mended} == {Kind.STUCK_OPERATION}
    server = cloud.server(building)
    assert server.fault is not None
    assert (server.status, server.fault.message) == ("ERROR", LOST)
    assert (cloud.server(stopping).status, cloud.server(stopping).task_state) == ("ACTIVE", None)
    assert cloud.outcome(stopping, stop) == ("Error", LOST)
    audited(cloud)
    assert cloud.server(building).status == "ACTIVE", "its instance is there after all"
    assert audit_ledger(cloud.app).found == []
