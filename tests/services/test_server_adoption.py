"""Instances that are in a cluster already become servers, and nothing in it changes."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound, OverQuota
from cyclades.domain.model.reports import Power
from cyclades.domain.model.server_actions import Action
from cyclades.domain.services.server_adoption import Adopted, WantedAdoption, sighted
from tests.harness.api import OTHER_PROJECT
from tests.harness.cloud import MEMBER, OF_SERVERS, Cloud
from tests.harness.disks import Disks
from tests.workers.invariants import violations

pytestmark = pytest.mark.slow
PROJECT, USER = MEMBER.project_id or "", MEMBER.user_id
MAC, OTHER_MAC = "aa:00:00:12:34:56", "aa:00:00:12:34:57"
OURS = {"link": "snf_public", "mac": MAC, "ip": "203.0.113.77"}
# What a database that was restored from yesterday does not know.
FORGET = (
    "DELETE FROM effects",
    "DELETE FROM instance_action_events",
    "DELETE FROM instance_actions",
    "UPDATE addresses SET port_id = NULL",
    "DELETE FROM port_security_groups",
    "DELETE FROM ports",
    "DELETE FROM server_guests",
    "DELETE FROM servers",
    "UPDATE quotas SET used = 0 WHERE resource NOT IN ('network', 'subnet')",
)


def adopt(cloud: Cloud, instance: str, **wanted: Any) -> Adopted:
    cluster = cloud.app.atomically(lambda unit: unit.clusters.by_name("one"))
    wish = WantedAdoption(**({"project_id": PROJECT, "user_id": USER} | wanted))
    seen = sighted(cloud.cluster(), instance)
    return cloud.app.atomically(lambda unit: unit.server_adoption.adopt(cluster, seen, wish))


def stranger(cloud: Cloud, *nics: dict[str, str], memory: int = 512, disk: int = 1024) -> str:
    """An instance that nobody told us of."""
    cloud.cluster().administrator.create("stranger", memory=memory, disk=disk, nics=nics)
    cloud.pass_time(30)
    return "stranger"


def addresses_of(cloud: Cloud, server_id: str) -> dict[str, set[str]]:
    """What the server's ports hold, by their MACs."""
    with cloud.app.reader() as unit:
        ports = unit.port_rows.of_device(server_id)
    return {port.mac: {held.ip_address for held in port.fixed_ips} for port in ports}


def used(cloud: Cloud, project_id: str = PROJECT) -> dict[str, int]:
    with cloud.app.reader() as unit:
        holdings = unit.quota.holdings(project_id, OF_SERVERS)
    return {name: held.used for name, held in holdings.items()}


def test_a_stranger_becomes_a_server_like_any_other(each_cloud: Cloud) -> None:
    cloud = each_cloud
    name = stranger(cloud, OURS)
    jobs = len(cloud.cluster().jobs())
    made = adopt(cloud, name, name="taken over")
    server = cloud.server(made.server.id)
    assert made.notes == []
    assert (server.status, server.power, server.instance) == ("ACTIVE", Power.RUNNING, name)
    assert (server.name, server.project_id, server.user_id) == ("taken over", PROJECT, USER)
    assert (server.vcpus, server.ram, server.disk, server.flavor_id) == (1, 512, 1, "1")
    held = addresses_of(cloud, server.id)
    assert held.keys() == {MAC}
    assert "203.0.113.77" in held[MAC]
    assert used(cloud) == {"instances": 1, "cores": 1, "ram": 512, "port": 1}
    with cloud.app.reader() as unit:
        (action,) = unit.instance_actions.list(server.id)
    assert (action.action, action.result) == ("adopt", "Success")
    cloud.pass_time(5)
    assert len(cloud.cluster().jobs()) == jobs, "nothing was done to it"
    assert violations(cloud.app, "I3") == []
    cloud.act(server.id, Action.STOP)
    cloud.converge()
    assert cloud.server(server.id).status == "SHUTOFF"
    cloud.delete(server.id)
    cloud.converge()
    assert cloud.instances() == []
    assert cloud.holds_nothing()


def test_a_restored_database_gets_its_server_back(cloud: Cloud) -> None:
    lost = cloud.server(cloud.running())
    before = addresses_of(cloud, lost.id)
    with cloud.app.transaction() as unit:
        for statement in FORGET:
            unit.connection.execute(text(statement))
    found = adopt(cloud, lost.instance).server
    assert addresses_of(cloud, found.id) == before
    cloud.pass_time(5)
    assert cloud.server(found.id).status == "ACTIVE"
    assert violations(cloud.app) == []
    cloud.delete(found.id)
    cloud.converge()
    assert violations(cloud.app) == []


def test_what_cannot_be_taken_over_is_said(cloud: Cloud) -> None:
    taken = addresses_of(cloud, cloud.running())
    address = next(ip for held in taken.values() for ip in held if ":" not in ip)
    public, macs = {"link": "snf_public"}, iter([MAC, OTHER_MAC, "aa:00:00:12:34:58"])
    nics = [public | {"mac": next(macs), "ip": ip} for ip in (address, "192.0.2.1")]
    nics += [public | {"mac": next(macs)}, {"link": "br0", "mac": "aa:00:00:12:34:59"}]
    made = adopt(cloud, stranger(cloud, *nics))
    assert [note.partition("): ")[2] or note.partition(") ")[2] for note in made.notes] == [
        f"address {address} is another port's",
        "address 192.0.2.1 is in no subnet of public",
        "has no address in its cluster: none is reserved for it",
        "is on no network that the project may use: left out",
    ]
    assert len(addresses_of(cloud, made.server.id)) == 3


def test_a_size_that_no_flavor_has_is_its_own(cloud: Cloud) -> None:
    made = adopt(cloud, stranger(cloud, memory=700, disk=1500))
    assert made.server.flavor["name"] == "custom"
    assert (made.server.ram, made.server.disk) == (700, 2)


@pytest.mark.parametrize("flavor", ["1", "m1.tiny"])
def test_a_flavor_may_be_named(cloud: Cloud, flavor: str) -> None:
    made = adopt(cloud, stranger(cloud, disk=5000), flavor=flavor)
    assert (made.server.flavor_id, made.server.disk) == ("1", 5)


@pytest.mark.parametrize(("flavor", "error"), [("m1.large", InvalidInput), ("none", NotFound)])
def test_a_flavor_of_another_size_is_refused(
    cloud: Cloud, flavor: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        adopt(cloud, stranger(cloud), flavor=flavor)


def test_it_costs_quota_like_any_other(cloud: Cloud) -> None:
    name = stranger(cloud, OURS)
    cloud.app.atomically(lambda unit: unit.quota.set_limits(OTHER_PROJECT, {"ram": 100}))
    with pytest.raises(OverQuota):
        adopt(cloud, name, project_id=OTHER_PROJECT)
    assert used(cloud, OTHER_PROJECT)["instances"] == 0
    adopt(cloud, name, project_id=OTHER_PROJECT, force=True)
    assert used(cloud, OTHER_PROJECT) == {"instances": 1, "cores": 1, "ram": 512, "port": 1}
    assert violations(cloud.app, "I3") == []


def test_what_is_not_there_is_not_adopted(cloud: Cloud) -> None:
    with pytest.raises(NotFound):
        adopt(cloud, "nobody")


def test_what_is_a_server_already_is_not_adopted(cloud: Cloud) -> None:
    server = cloud.server(cloud.running())
    with pytest.raises(Conflict, match=f"is server {server.id} already"):
        adopt(cloud, server.instance)


def test_what_was_a_server_needs_another_name(cloud: Cloud) -> None:
    server = cloud.server(cloud.running())
    cloud.delete(server.id)
    cloud.converge()
    cloud.cluster().administrator.create(server.instance)
    cloud.clock.passed += 30
    with pytest.raises(Conflict, match="rename it"):
        adopt(cloud, server.instance)


def test_what_is_being_worked_on_is_not_adopted(cloud: Cloud) -> None:
    name = stranger(cloud)
    cloud.cluster().administrator.stop(name)
    with pytest.raises(Conflict, match="wait for its end"):
        adopt(cloud, name)


def test_what_nobody_can_see_is_not_adopted(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    name, driver = stranger(cloud), cloud.cluster()
    seen = driver.instance(name)
    assert seen is not None
    monkeypatch.setattr(driver, "instance", lambda _: replace(seen, power=Power.UNKNOWN))
    with pytest.raises(Conflict, match="does not answer"):
        adopt(cloud, name)


def test_what_keeps_a_disk_is_not_adopted(cloud: Cloud) -> None:
    disks = Disks(cloud)
    volume = disks.filled()
    cloud.converge()
    with pytest.raises(Conflict, match="keeps a disk"):
        adopt(cloud, disks.holder(volume))
