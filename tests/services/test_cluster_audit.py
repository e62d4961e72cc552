"""An audit finds what does not agree, and concludes nothing that is not proven."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cyclades.adapters.simulated.world import Instance
from cyclades.domain.model.divergence import MEANINGS, DivergenceKind
from cyclades.domain.model.reports import InstanceAbsent, InstanceLeft
from cyclades.domain.model.server_actions import Action
from cyclades.domain.services import cluster_audit, disk_audit, ledger_audit, network_audit
from cyclades.domain.services.cluster_audit import Finding, Findings
from cyclades.ports.cluster_driver import ClusterUnavailable, IdentityMismatch
from cyclades.workers.audits import audit_cluster, look_at_cluster
from tests.harness.cloud import Cloud
from tests.harness.damage import alter, vanish
from tests.workers.invariants import violations

pytestmark = pytest.mark.slow
Kind = DivergenceKind


def look(cloud: Cloud, **options: Any) -> Findings:
    return look_at_cluster(cloud.app, "one", **options)


def found(cloud: Cloud, **options: Any) -> dict[tuple[Kind, str], Finding]:
    return {
        (each.divergence.kind, each.divergence.object_id): each
        for each in look(cloud, **options).found
    }


def test_every_kind_is_looked_for_and_says_what_it_means() -> None:
    audits = (cluster_audit, disk_audit, network_audit, ledger_audit)
    kinds = {kind for audit in audits for kind in audit.KINDS}
    assert kinds == set(Kind) == set(MEANINGS)
    told = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    rows = [f"| {kind} | {means.says} | {means.mended_by} |" for kind, means in MEANINGS.items()]
    assert [row for row in rows if row not in told] == []


def test_a_cloud_in_order_has_no_divergence(each_cloud: Cloud) -> None:
    first, second = each_cloud.running(), each_cloud.running()
    each_cloud.act(second, Action.STOP)
    each_cloud.converge()
    each_cloud.create()
    assert look(each_cloud).found == []
    each_cloud.converge()
    each_cloud.delete(first)
    assert look(each_cloud).found == []
    each_cloud.converge()
    assert look(each_cloud).found == []


DEEDS: dict[Kind, Callable[[Instance], object]] = {
    Kind.POWER: lambda instance: setattr(instance, "running", False),
    Kind.SIZE: lambda instance: setattr(instance, "memory", 4096),
    Kind.NICS: lambda instance: instance.nics.clear(),
    Kind.DISKS: lambda instance: instance.disks[0].update(size=77777),
    Kind.TAGS: lambda instance: instance.tags.clear(),
}


@pytest.mark.parametrize("kind", DEEDS)
def test_an_instance_that_differs(cloud: Cloud, kind: Kind) -> None:
    server_id = cloud.running()
    cloud.running()
    alter(cloud, server_id, DEEDS[kind])
    assert list(found(cloud)) == [(kind, server_id)]


def test_an_interface_too_many_is_for_operators(cloud: Cloud) -> None:
    server_id = cloud.running()
    nic = {"name": None, "mac": "aa:00:00:00:00:99", "ip": None, "link": "br0"}
    alter(cloud, server_id, lambda instance: instance.nics.append(nic))
    (finding,) = found(cloud).values()
    assert finding.divergence.detail == "has besides aa:00:00:00:00:99"
    assert not finding.divergence.repairable


def test_an_address_that_an_administrator_changed_is_for_operators(cloud: Cloud) -> None:
    server_id = cloud.running()
    (port,) = cloud.ports_of(server_id).values()
    alter(cloud, server_id, lambda instance: instance.nics[0].update(ip="192.0.2.99"))
    (finding,) = found(cloud).values()
    assert finding.divergence.detail == f"has 192.0.2.99 at {port.mac}"
    assert not finding.divergence.repairable


def test_a_missing_interface_is_plugged_in_again_when_an_operator_says_so(cloud: Cloud) -> None:
    server_id = cloud.running()
    (port_id,) = cloud.ports_of(server_id)
    alter(cloud, server_id, lambda instance: instance.nics.clear())
    for ordered, left in ((False, 0), (True, 1)):
        for _ in range(2):
            audit_cluster(cloud.app, "one", ordered=ordered)
        assert cloud.ports_of(server_id)[port_id].status == "DOWN"
        assert len(cloud.unfinished()) == left
    cloud.converge()
    audit_cluster(cloud.app, "one")
    assert cloud.ports_of(server_id)[port_id].status == "ACTIVE"
    assert look(cloud).found == []
    assert violations(cloud.app) == []


def test_instances_that_are_not_ours(cloud: Cloud) -> None:
    for name in ("stranger", "cyclades-someone"):
        cloud.cluster().administrator.create(name)
    cloud.clock.passed += 5
    seen = found(cloud)
    assert list(seen) == [
        (Kind.FOREIGN_PREFIX, "cyclades-someone"),
        (Kind.UNKNOWN_INSTANCE, "stranger"),
    ]
    assert not any(finding.report for finding in seen.values())


def test_a_renamed_instance_is_told_by_its_tag(cloud: Cloud) -> None:
    server_id = cloud.running()
    cloud.cluster().administrator.rename(cloud.server(server_id).instance, "renamed")
    cloud.clock.passed += 5
    seen = found(cloud)
    assert set(seen) == {(Kind.UNKNOWN_INSTANCE, "renamed"), (Kind.STALE_SERVER, server_id)}
    assert server_id in seen[Kind.UNKNOWN_INSTANCE, "renamed"].divergence.detail


def test_an_instance_in_the_wrong_cluster(cloud: Cloud) -> None:
    other = cloud.add_cluster("two")
    server_id = cloud.create()
    cloud.converge()
    server = cloud.server(server_id)
    wrong = other if server.cluster_id == "one" else cloud.cluster("one")
    wrong.administrator.create(server.instance)
    cloud.clock.passed += 5
    name = "two" if server.cluster_id == "one" else "one"
    (finding,) = look_at_cluster(cloud.app, name).found
    assert finding.divergence.kind is Kind.DOUBLED_INSTANCE
    assert finding.report is None


def test_an_orphan(each_cloud: Cloud) -> None:
    server_id = each_cloud.running()
    name = each_cloud.server(server_id).instance
    each_cloud.delete(server_id)
    each_cloud.converge()
    each_cloud.cluster().administrator.create(name)
    assert look(each_cloud).found == [], "a job is about it"
    each_cloud.clock.passed += 5
    (finding,) = look(each_cloud).found
    assert (finding.divergence.kind, finding.divergence.object_id) == (Kind.ORPHAN_INSTANCE, name)
    assert finding.report == InstanceLeft("one", name)


def test_what_a_failed_build_leaves(cloud: Cloud) -> None:
    cloud.failing_image()
    server_id = cloud.create()
    cloud.converge()
    name = cloud.server(server_id).instance
    cloud.cluster().administrator.create(name)
    cloud.clock.passed += 5
    assert list(found(cloud)) == [(Kind.ORPHAN_INSTANCE, name)]


def test_a_missing_instance_is_asked_for_by_name(cloud: Cloud) -> None:
    server_id = cloud.running()
    vanish(cloud, server_id)
    (finding,) = look(cloud).found
    server = cloud.server(server_id)
    assert finding.divergence.kind is Kind.STALE_SERVER
    assert finding.report == InstanceAbsent(
        "one", server.instance, removed=False, server_version=server.version
    )


def test_a_list_that_lacks_what_is_there_proves_nothing(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):  # as many as the fuse lets through
        cloud.create()
    cloud.converge()
    monkeypatch.setattr(cloud.cluster(), "instances", list)
    assert look(cloud).found == []


def test_servers_that_something_is_done_to_are_not_judged(cloud: Cloud) -> None:
    server_id = cloud.running()
    alter(cloud, server_id, DEEDS[Kind.POWER])
    cloud.act(server_id, Action.REBOOT, "HARD")
    findings = look(cloud)
    assert findings.found == []
    assert server_id in findings.not_judged


def test_a_job_of_anybody_keeps_an_instance_from_being_judged(cloud: Cloud) -> None:
    server_id = cloud.running()
    cloud.cluster().administrator.remove(cloud.server(server_id).instance)
    findings = look(cloud)
    assert findings.found == []
    assert server_id in findings.not_judged


def test_a_silent_node_is_no_evidence(cloud: Cloud) -> None:
    server_id = cloud.running()
    alter(cloud, server_id, DEEDS[Kind.SIZE])
    for index in range(2):
        cloud.cluster().faults.node(index, offline=True)
    findings = look(cloud)
    assert findings.found == []
    assert server_id in findings.not_judged


@pytest.mark.parametrize(
    ("faults", "error"),
    [({"unreachable": True}, ClusterUnavailable), ({"foreign_uuid": "other"}, IdentityMismatch)],
    ids=["dead", "another cluster"],
)
def test_a_cluster_that_is_not_there_or_another_proves_nothing(
    cloud: Cloud, faults: Mapping[str, object], error: type[Exception]
) -> None:
    cloud.running()
    cloud.cluster().faults.set(**faults)
    with pytest.raises(error):
        look(cloud)


def test_the_fuse(cloud: Cloud) -> None:
    """An empty or partial list, as after a failover, is a sign of something else."""
    made = [cloud.create() for _ in range(5)]
    cloud.converge()
    vanish(cloud, *made[:3])
    assert {kind for kind, _ in found(cloud)} == {Kind.STALE_SERVER}
    vanish(cloud, *made[3:])
    seen = found(cloud)
    assert {kind for kind, _ in seen} == {Kind.STALE_SERVER, Kind.FUSE}
    assert not any(finding.report for finding in seen.values())
    assert len(seen) == 6
    assert all(finding.report for finding in found(cloud, fuse=False).values())
