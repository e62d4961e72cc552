"""Interfaces that are plugged in and unplugged, and whatever goes wrong or comes in between."""

from dataclasses import asdict

import pytest

from cyclades.domain.model.job_errors import OVERTAKEN
from cyclades.domain.model.port import WantedInterface
from tests.harness.cloud import Cloud
from tests.harness.damage import alter
from tests.harness.interfaces import (
    PREFIX,
    fail_next,
    network,
    plugged,
    port,
    resolve,
    running,
    used,
    user_port,
)
from tests.workers.invariants import violations

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("there", [True, False], ids=["its own job", "its network's"])
def test_an_attachment_that_fails_leaves_nothing(cloud: Cloud, there: bool) -> None:
    inner = network(cloud)
    if there:
        cloud.running(interfaces=[WantedInterface(inner)])
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


def test_an_interface_that_others_named_is_unplugged_all_the_same(cloud: Cloud) -> None:
    server_id = running(cloud)
    (port_id,) = cloud.ports_of(server_id)
    alter(cloud, server_id, lambda instance: instance.nics[0].update(name="theirs"))
    cloud.detach(server_id, port_id)
    cloud.converge()
    assert plugged(cloud, server_id) == {}
    assert cloud.ports_of(server_id) == {}


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
