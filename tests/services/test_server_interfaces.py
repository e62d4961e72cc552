"""Interfaces that are plugged into servers and unplugged, and whatever comes in between."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound, OverQuota
from cyclades.domain.model.job_errors import OVERTAKEN
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.network_errors import PortInUse
from cyclades.domain.model.port import MOST_INTERFACES, Port, WantedInterface, WantedPort
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.subnet import WantedSubnet
from tests.harness.api import CALLERS
from tests.harness.cloud import ADMIN, MEMBER, Cloud
from tests.workers.invariants import violations

PREFIX = "cyclades-"


def network(cloud: Cloud, cidr: str = "10.0.0.0/24") -> str:
    """A private network with a subnet."""

    def make(unit: Any) -> str:
        made: str = unit.networks.create(MEMBER, WantedNetwork("private")).id
        unit.subnets.create(MEMBER, WantedSubnet(made, cidr))
        return made

    return cloud.app.atomically(make)


def user_port(cloud: Cloud, network_id: str) -> str:
    """A port that a user made."""
    return cloud.app.atomically(lambda unit: unit.ports.create(MEMBER, WantedPort(network_id)).id)


def running(cloud: Cloud) -> str:
    """A server on the public network."""
    with cloud.app.reader() as unit:
        (public,) = unit.network_rows.public()
    return cloud.running(interfaces=[WantedInterface(public.id)])


def port(cloud: Cloud, port_id: str) -> Port | None:
    """As it is in the database, if it is."""
    with cloud.app.reader() as unit:
        try:
            return unit.port_rows.get(port_id)
        except NotFound:
            return None


def plugged(cloud: Cloud, server_id: str) -> dict[str, str | None]:
    """Addresses by port as its cluster has them."""
    seen = cloud.cluster().instance(f"{PREFIX}{server_id}")
    assert seen is not None
    return {(nic.name or "").removeprefix(f"{PREFIX}nic-"): nic.ip for nic in seen.nics}


def resolve(cloud: Cloud, effect_id: str) -> bool:
    """Give up what comes too late."""
    return cloud.app.atomically(lambda unit: unit.deadlines.resolve(effect_id))


def used(cloud: Cloud) -> int:
    with cloud.app.reader() as unit:
        return unit.quota.holdings(MEMBER.project_id or "", ["port"])["port"].used


def fail_next(cloud: Cloud) -> None:
    cloud.cluster().faults.set(fail_jobs=1)


@pytest.mark.parametrize("power", ["ACTIVE", "SHUTOFF"])
def test_an_interface_comes_and_goes(each_cloud: Cloud, power: str) -> None:
    cloud = each_cloud
    inner = network(cloud)
    server_id = running(cloud)
    if power == "SHUTOFF":
        cloud.act(server_id, Action.STOP)
        cloud.converge()
    before = used(cloud)
    port_id, request = cloud.attach(server_id, network_id=inner, tag="inner")
    coming = cloud.ports_of(server_id)[port_id]
    assert (coming.status, coming.position, coming.tag) == ("BUILD", 1, "inner")
    assert cloud.outcome(server_id, request) == (None, None)
    cloud.converge()
    there = cloud.ports_of(server_id)[port_id]
    assert there.status == ("ACTIVE" if power == "ACTIVE" else "DOWN")
    assert plugged(cloud, server_id)[port_id] == "10.0.0.2"
    assert cloud.outcome(server_id, request) == ("Success", None)
    assert cloud.server(server_id).status == power
    assert used(cloud) == before + 1
    request = cloud.detach(server_id, port_id)
    going = cloud.ports_of(server_id)[port_id]
    assert (going.status, [ip.ip_address for ip in going.fixed_ips]) == ("DOWN", ["10.0.0.2"])
    cloud.converge()
    assert port(cloud, port_id) is None
    assert port_id not in plugged(cloud, server_id)
    assert cloud.outcome(server_id, request) == ("Success", None)
    assert used(cloud) == before
    assert violations(cloud.app) == []


def test_a_users_port_survives_being_unplugged(cloud: Cloud) -> None:
    mine = user_port(cloud, network(cloud))
    server_id = running(cloud)
    assert cloud.attach(server_id, port_id=mine)[0] == mine
    cloud.converge()
    assert plugged(cloud, server_id)[mine] == "10.0.0.2"
    with pytest.raises(PortInUse):
        cloud.attach(server_id, port_id=mine)
    cloud.detach(server_id, mine)
    with pytest.raises(PortInUse):
        cloud.attach(server_id, port_id=mine)
    cloud.converge()
    free = port(cloud, mine)
    assert free is not None
    assert (free.device_id, free.device_owner, free.effect_id) == ("", "", None)
    assert [ip.ip_address for ip in free.fixed_ips] == ["10.0.0.2"]
    other = running(cloud)
    cloud.attach(other, port_id=mine)
    cloud.converge()
    assert mine in plugged(cloud, other)
    assert violations(cloud.app) == []


def test_naming_nothing_means_where_new_servers_go(cloud: Cloud) -> None:
    inner = network(cloud)
    server_id = cloud.running(interfaces="none")
    port_id, _ = cloud.attach(server_id)
    assert cloud.ports_of(server_id)[port_id].network_id == inner


def test_an_attachment_that_fails_leaves_nothing(cloud: Cloud) -> None:
    inner = network(cloud)
    mine = user_port(cloud, inner)
    server_id = running(cloud)
    before = used(cloud)
    for wanted in (WantedInterface(inner), WantedInterface(port_id=mine)):
        fail_next(cloud)
        port_id, request = cloud.attach(server_id, **asdict(wanted))
        cloud.converge()
        result, message = cloud.outcome(server_id, request)
        assert (result, bool(message)) == ("Error", True)
        assert port_id not in cloud.ports_of(server_id)
        assert (port(cloud, port_id) is None) is (port_id != mine)
    assert used(cloud) == before
    assert cloud.server(server_id).status == "ACTIVE"
    assert violations(cloud.app) == []


def test_a_detachment_that_fails_leaves_it_plugged_in(cloud: Cloud) -> None:
    server_id = running(cloud)
    (port_id,) = cloud.ports_of(server_id)
    fail_next(cloud)
    request = cloud.detach(server_id, port_id)
    cloud.converge()
    result, message = cloud.outcome(server_id, request)
    assert (result, bool(message)) == ("Error", True)
    still = cloud.ports_of(server_id)[port_id]
    assert (still.status, still.effect_id) == ("ACTIVE", None)
    cloud.detach(server_id, port_id)
    cloud.converge()
    assert cloud.ports_of(server_id) == {}
    assert violations(cloud.app) == []


def test_what_an_administrator_unplugged_can_be_detached(cloud: Cloud) -> None:
    server_id = running(cloud)
    (port_id,) = cloud.ports_of(server_id)
    cloud.cluster().administrator.unplug(f"{PREFIX}{server_id}", f"{PREFIX}nic-{port_id}")
    cloud.pass_time(5)
    request = cloud.detach(server_id, port_id)
    cloud.converge()
    assert cloud.outcome(server_id, request) == ("Success", None)
    assert cloud.ports_of(server_id) == {}
    assert violations(cloud.app) == []


def test_several_at_once_happen_in_their_order(cloud: Cloud) -> None:
    inner = network(cloud)
    server_id = cloud.running(interfaces="none")
    ports = [cloud.attach(server_id, network_id=inner)[0] for _ in range(4)]
    cloud.detach(server_id, ports[1])
    cloud.act(server_id, Action.STOP)
    cloud.converge()
    assert list(plugged(cloud, server_id)) == [ports[0], *ports[2:]]
    shown = cloud.ports_of(server_id)
    assert list(shown) == [ports[0], *ports[2:]]
    assert {each.status for each in shown.values()} == {"DOWN"}
    assert violations(cloud.app) == []


def test_unplugging_twice_is_unplugging_once(cloud: Cloud) -> None:
    server_id = running(cloud)
    (port_id,) = cloud.ports_of(server_id)
    for _ in range(2):
        cloud.detach(server_id, port_id)
    assert len(cloud.unfinished()) == 1
    cloud.converge()
    with pytest.raises(NotFound):
        cloud.detach(server_id, port_id)


def test_deleting_the_server_ends_whatever_waits(cloud: Cloud) -> None:
    inner = network(cloud)
    mine = user_port(cloud, inner)
    server_id = running(cloud)
    (old,) = cloud.ports_of(server_id)
    _, attaching = cloud.attach(server_id, port_id=mine)
    detaching = cloud.detach(server_id, old)
    cloud.delete(server_id)
    assert cloud.outcome(server_id, attaching) == ("Error", OVERTAKEN)
    assert cloud.outcome(server_id, detaching) == ("Error", OVERTAKEN)
    free = port(cloud, mine)
    assert free is not None
    assert free.device_id == ""
    cloud.converge()
    assert cloud.server(server_id).deleted
    assert port(cloud, old) is None
    assert violations(cloud.app) == []


def test_deleting_the_server_while_the_cluster_is_at_it(cloud: Cloud) -> None:
    inner = network(cloud)
    server_id = running(cloud)
    cloud.cluster().faults.set(paused=True)
    cloud.attach(server_id, network_id=inner)
    cloud.pass_time(2)
    cloud.delete(server_id)
    cloud.cluster().faults.set(paused=False)
    cloud.converge()
    assert cloud.server(server_id).deleted
    assert violations(cloud.app) == []


def test_a_cluster_that_does_not_answer_in_time(cloud: Cloud) -> None:
    inner = network(cloud)
    server_id = running(cloud)
    (old,) = cloud.ports_of(server_id)
    cloud.cluster().faults.set(unreachable=True)
    port_id, attaching = cloud.attach(server_id, network_id=inner)
    detaching = cloud.detach(server_id, old)
    cloud.clock.passed += cloud.app.settings.effect_deadline
    for late in cloud.app.atomically(lambda unit: unit.deadlines.late()):
        resolve(cloud, late)
    for request in (attaching, detaching):
        assert cloud.outcome(server_id, request)[0] == "Error"
    assert port(cloud, port_id) is None
    assert cloud.ports_of(server_id)[old].status == "ACTIVE"


def test_who_may_not_and_what_is_not(cloud: Cloud) -> None:
    inner = network(cloud)
    server_id = cloud.create()
    with pytest.raises(Conflict, match="attach_interface"):
        cloud.attach(server_id, network_id=inner)
    cloud.converge()
    (port_id,) = cloud.ports_of(server_id)
    other = CALLERS["other"]
    refusals: tuple[Callable[[], object], ...] = (
        lambda: cloud.attach(server_id, other, network_id=inner),
        lambda: cloud.detach(server_id, port_id, other),
        lambda: cloud.detach(server_id, user_port(cloud, inner)),
        lambda: cloud.attach(server_id, network_id="no"),
        lambda: cloud.attach(server_id, port_id="no"),
    )
    for refused in refusals:
        with pytest.raises(NotFound):
            refused()
    cloud.app.atomically(lambda unit: unit.server_actions.lock(ADMIN, "req-l", server_id, None))
    with pytest.raises(Conflict, match="locked"):
        cloud.detach(server_id, port_id)
    assert cloud.attach(server_id, ADMIN, network_id=inner)
    made = cloud.ports_of(server_id)
    assert {each.project_id for each in made.values()} == {MEMBER.project_id}


def test_an_instance_has_room_for_so_many(cloud: Cloud) -> None:
    inner = network(cloud)
    server_id = cloud.running(interfaces="none")
    for _ in range(MOST_INTERFACES):
        cloud.attach(server_id, network_id=inner)
    with pytest.raises(InvalidInput):
        cloud.attach(server_id, network_id=inner)
    cloud.converge()
    assert len(plugged(cloud, server_id)) == MOST_INTERFACES


def test_over_quota_nothing_happens(cloud: Cloud) -> None:
    inner = network(cloud)
    server_id = running(cloud)
    cloud.app.atomically(
        lambda unit: unit.quota.set_limits(MEMBER.project_id or "", {"port": used(cloud)})
    )
    with pytest.raises(OverQuota):
        cloud.attach(server_id, network_id=inner)
    assert len(cloud.ports_of(server_id)) == 1
    assert cloud.unfinished() == []


@pytest.mark.parametrize("done", [True, False])
def test_lost_jobs_are_judged_by_what_is_plugged_in(cloud: Cloud, done: bool) -> None:
    inner = network(cloud)
    server_id = running(cloud)
    (old,) = cloud.ports_of(server_id)
    cloud.attach(server_id, network_id=inner)
    cloud.converge()
    for verb in (
        lambda: cloud.attach(server_id, network_id=inner)[1],
        lambda: cloud.detach(server_id, old),
    ):
        request = verb()
        cloud.workers[0].turn()
        if done:
            cloud.clock.passed += 5  # the job ends, and nobody looks
        cloud.cluster().faults.lose_jobs()
        cloud.converge()
        assert (cloud.outcome(server_id, request)[0] == "Success") is done
        assert plugged(cloud, server_id).keys() == cloud.ports_of(server_id).keys()
    assert (old in cloud.ports_of(server_id)) is not done
