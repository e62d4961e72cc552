"""Interfaces that are plugged into servers and unplugged."""

from collections.abc import Callable

import pytest

from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound, OverQuota
from cyclades.domain.model.network_errors import PortInUse
from cyclades.domain.model.port import MOST_INTERFACES
from cyclades.domain.model.server_actions import Action
from tests.harness.api import CALLERS
from tests.harness.cloud import ADMIN, MEMBER, Cloud
from tests.harness.interfaces import (
    network,
    plugged,
    port,
    running,
    used,
    user_port,
)
from tests.workers.invariants import violations

pytestmark = pytest.mark.slow


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
