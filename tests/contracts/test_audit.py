"""What any Audit does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product

import pytest
from sqlalchemy import Connection, text

from cyclades.adapters.sql.audit import SqlAudit
from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.engine import make_engine
from cyclades.adapters.sql.images import SqlImages
from cyclades.adapters.sql.instance_actions import SqlInstanceActions
from cyclades.adapters.sql.outbox import SqlOutbox
from cyclades.adapters.sql.quota import SqlQuota
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.sql.snapshots import SqlSnapshots
from cyclades.adapters.sql.volumes import SqlVolumes
from cyclades.domain.model.effects import Effect
from cyclades.domain.model.image import Content, Image, Status, Upload
from cyclades.domain.model.image_usage import MEBIBYTE, usage
from cyclades.domain.model.instance_action import InstanceAction
from cyclades.domain.model.port import ACTIVE
from cyclades.domain.model.reports import Power
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_states import TaskState, VmState
from cyclades.ports.audit import (
    Audit,
    Drift,
    Leak,
    LostOperation,
    NamedServer,
    RouterTrouble,
)
from cyclades.ports.routers import RouterReport
from tests.contracts.network_rows import Rows
from tests.harness.copies import a_snapshot
from tests.harness.samples import NOW, a_cluster, a_server, create_of, effect_of, fresh
from tests.harness.sealing import secrets
from tests.harness.volumes import a_volume

SECRETS = secrets()
QUIET = {"vm_state": VmState.ACTIVE, "task_state": None, "power": Power.RUNNING, "launched": NOW}
FAILED = {"vm_state": VmState.ERROR, "task_state": None}
GONE = {"vm_state": VmState.DELETED, "task_state": None, "terminated": NOW}


@pytest.fixture(autouse=True)
def rows(connection: Connection) -> Rows:
    for name in ("one", "two"):
        SqlClusters(connection, SECRETS).add(a_cluster(name), NOW)
    made = Rows(connection)
    made.network(project_id="")
    return made


@pytest.fixture
def audit(connection: Connection) -> Audit:
    return SqlAudit(connection)


def kept(connection: Connection, **values: object) -> Server:
    server = a_server(**values)
    SqlServers(connection).add(server)
    return server


def asked(connection: Connection, server: Server) -> Effect:
    effect = effect_of(server, create_of(server))
    SqlOutbox(connection, SECRETS).put(effect, NOW)
    action = (fresh("action"), server.id, effect.request_id, "create", None, None, effect.id)
    SqlInstanceActions(connection).begin(InstanceAction(*action, NOW, NOW))
    return effect


def test_a_clusters_live_servers_with_their_ports(
    connection: Connection, audit: Audit, rows: Rows
) -> None:
    server = kept(connection, **QUIET, vcpus=2, disk=20)
    kept(connection, **GONE)
    kept(connection, cluster_id="two")
    port = rows.port("p1", device_id=server.id, device_owner="compute:nova", status=ACTIVE)
    rows.port("p2", device_id=server.id, device_owner="network:dhcp")
    (seen,) = audit.servers("one")
    assert (seen.id, seen.instance, seen.version) == (server.id, server.instance, 1)
    assert (seen.vm_state, seen.power) == ("active", "running")
    assert (seen.vcpus, seen.ram, seen.disk, seen.absences) == (2, 512, 20, 0)
    assert (seen.quiet, seen.failed) == (True, False)
    assert seen.ports == {port.mac: ACTIVE}


def test_who_is_quiet_and_whose_build_has_failed(connection: Connection, audit: Audit) -> None:
    building = kept(connection, effect_id="e")
    busy = kept(connection, **QUIET)
    asked(connection, busy)
    outbox = SqlOutbox(connection, SECRETS)
    failed = kept(connection, **FAILED)
    outbox.finish(asked(connection, failed).id, "failed", "No.", NOW)
    never_asked = kept(connection, **FAILED)
    seen = {each.id: (each.quiet, each.failed) for each in audit.servers("one")}
    assert seen == {
        building.id: (False, False),
        busy.id: (False, False),
        failed.id: (False, True),
        never_asked.id: (False, False),
    }


def test_whose_name_an_instance_has(connection: Connection, audit: Audit) -> None:
    deleted = kept(connection, **GONE)
    elsewhere = kept(connection, **QUIET, cluster_id="two")
    asked(connection, elsewhere)
    assert audit.named([deleted.instance, elsewhere.instance, "stranger"]) == {
        deleted.instance: NamedServer(deleted.id, "one", deleted=True, idle=True),
        elsewhere.instance: NamedServer(elsewhere.id, "two", deleted=False, idle=False),
    }
    assert audit.named([]) == {}
    assert len(audit.named([deleted.instance, *map(str, range(2000))])) == 1


def test_what_a_deleted_server_still_holds(
    connection: Connection, audit: Audit, rows: Rows
) -> None:
    gone, alive = kept(connection, **GONE), kept(connection, **QUIET)
    subnet = rows.subnet()
    for name, server in (("p1", gone), ("p2", gone), ("p3", alive)):
        port = rows.port(name, device_id=server.id, device_owner="compute:nova")
        rows.addresses.claim_any(subnet, port.id)
    rows.port("p4", device_id="nobody knows", device_owner="compute:nova")
    assert audit.leaks() == [Leak(gone.id, 2, ["10.0.0.2", "10.0.0.3"])]


def test_operations_that_are_not_there(connection: Connection, audit: Audit) -> None:
    kept(connection, **QUIET)
    kept(connection, **GONE)
    asked(connection, kept(connection, effect_id="e1"))
    stop = kept(connection, **(QUIET | {"task_state": TaskState.POWERING_OFF}), effect_id="e2")
    build = kept(connection)
    assert audit.lost_operations() == [
        LostOperation(stop.id, "one", "active", "powering-off"),
        LostOperation(build.id, "one", "building", "scheduling"),
    ]


def test_usage_is_counted_and_booked_anew(connection: Connection, audit: Audit, rows: Rows) -> None:
    ledger = SqlQuota(connection, {})
    for _ in range(2):
        kept(connection, **QUIET, project_id="p", vcpus=2)
    kept(connection, **GONE, project_id="p")
    rows.port("p1", project_id="p")
    rows.group("g1", project_id="p")
    rows.group("g2", project_id="p", is_default=True)
    right = {"instances": 2, "cores": 4, "ram": 1024, "port": 1, "security_group": 1}
    ledger.charge("p", right)
    assert audit.drifts() == []
    ledger.charge("p", {"cores": 3, "subnet": 1})
    ledger.release("p", {"port": 1})
    assert audit.drifts() == [
        Drift("p", "cores", 7, 4),
        Drift("p", "port", 0, 1),
        Drift("p", "subnet", 1, 0),
    ]
    for resource in ("cores", "port", "subnet"):
        assert audit.recount("p", resource)
    assert audit.drifts() == []
    assert not audit.recount("p", "cores")


def test_images_are_counted_as_they_are_charged(connection: Connection, audit: Audit) -> None:
    """One rule in two languages: every status, with and without bytes and an upload."""
    content = Content("", 3 * MEBIBYTE + 1, None, "", "")
    both = product(Status, (None, content), (None, Upload("", NOW, MEBIBYTE + 7)))
    ledger, images = SqlQuota(connection, {}), SqlImages(connection)
    for number, (status, has, gets) in enumerate(both):
        image = Image(
            f"i{number}",
            f"p{number}",
            NOW,
            NOW,
            status=status,
            content=has and replace(has, blob=f"b{number}"),
            upload=gets and replace(gets, blob=f"u{number}"),
        )
        images.add(image)
        ledger.charge(image.owner, usage(image))
    assert audit.drifts() == []


def test_volumes_and_snapshots_share_their_gigabytes(connection: Connection, audit: Audit) -> None:
    volume = a_volume(project_id="p", size=3)
    SqlVolumes(connection).add(volume)
    copied = a_snapshot(volume)
    SqlSnapshots(connection).add(copied)
    ledger = SqlQuota(connection, {})
    ledger.charge("p", {"volumes": 1, "gigabytes": 6, "snapshots": 1})
    assert audit.drifts() == []
    ledger.release("p", {"gigabytes": 2})
    assert audit.drifts() == [Drift("p", "gigabytes", 4, 6)]
    assert audit.recount("p", "gigabytes")
    assert audit.drifts() == []


def test_a_book_without_the_page(connection: Connection, audit: Audit) -> None:
    kept(connection, **QUIET, project_id="p")
    assert [drift.resource for drift in audit.drifts()] == ["cores", "instances", "ram"]
    assert audit.recount("p", "ram")
    assert SqlQuota(connection, {}).holdings("p", ["ram"])["ram"].used == 512


@pytest.mark.real_postgres
def test_a_recount_waits_for_charges_and_misses_none(postgres_database_url: str) -> None:
    engine = make_engine(postgres_database_url)
    with engine.begin() as connection:
        SqlClusters(connection, SECRETS).add(a_cluster(), NOW)
        SqlQuota(connection, {}).charge("p", {"instances": 7})  # wrong

    def create(_number: int) -> None:
        with engine.begin() as connection:
            kept(connection, **QUIET, project_id="p")
            connection.execute(text("SELECT pg_sleep(0.01)"))
            SqlQuota(connection, {}).charge("p", {"instances": 1})

    def recount(_number: int) -> None:
        with engine.begin() as connection:
            SqlAudit(connection).recount("p", "instances")

    with ThreadPoolExecutor(8) as pool:
        for number in range(40):
            pool.submit(create, number)
            pool.submit(recount, number)
    with engine.connect() as connection:
        assert SqlQuota(connection, {}).holdings("p", ["instances"])["instances"].used == 40
    engine.dispose()


def test_routers_that_their_own_host_has_trouble_with(audit: Audit, rows: Rows) -> None:
    for name in ("fine", "moved", "troubled"):
        rows.router(name)
    for name, host, trouble in (
        ("fine", "gateway", ""),
        ("moved", "other", "no bridge"),
        ("troubled", "gateway", "no space left"),
        ("gone", "gateway", "busy"),
    ):
        rows.reports.record(RouterReport(name, host, "", trouble, NOW))
    assert audit.troubled_routers() == [RouterTrouble("troubled", "gateway", "no space left")]
