"""Workers that die while interfaces are plugged in and unplugged, and what is left."""

from typing import Any

import pytest

from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.port import WantedInterface, WantedPort
from cyclades.domain.model.subnet import WantedSubnet
from tests.harness.cloud import MEMBER
from tests.workers.invariants import violations
from tests.workers.test_crashes import Plant, died, plant, running

__all__ = ["plant"]
pytestmark = [pytest.mark.real_postgres, pytest.mark.slow]


def network(plant: Plant) -> tuple[str, str]:
    """A private network, and a user's port on it."""

    def make(unit: Any) -> tuple[str, str]:
        made = unit.networks.create(MEMBER, WantedNetwork("inner")).id
        unit.subnets.create(MEMBER, WantedSubnet(made, "10.30.0.0/24"))
        return made, unit.ports.create(MEMBER, WantedPort(made)).id

    return plant.app.atomically(make)


def wired(plant: Plant) -> tuple[str, str, str, str]:
    """A server with one interface on a network that its cluster has; a port for it."""
    network_id, port_id = network(plant)
    server_id = plant.create(interfaces=[WantedInterface(network_id)])
    with running(plant, "effects", "poller"):
        plant.converge()
    assert plant.server(server_id).status == "ACTIVE"
    (old,) = plant.ports_of(server_id)
    return server_id, network_id, old, port_id


def changed(plant: Plant) -> tuple[str, set[str], str]:
    """Interfaces are asked for and an old one is unplugged: the server, what it is to have."""
    server_id, network_id, old, mine = wired(plant)
    new, _ = plant.attach(server_id, network_id=network_id)
    plant.attach(server_id, port_id=mine)
    plant.detach(server_id, old)
    return server_id, {new, mine}, old


def is_right(plant: Plant, server_id: str, wanted: set[str]) -> None:
    """All was done, once, and everything agrees."""
    plant.converge()
    ports = plant.ports_of(server_id)
    assert ports.keys() == wanted
    assert {(port.effect_id, port.status) for port in ports.values()} == {(None, "ACTIVE")}
    assert violations(plant.app) == []
    plant.delete(server_id)
    plant.converge()
    assert plant.server(server_id).deleted
    assert violations(plant.app) == []


@pytest.mark.parametrize("fault", ["claimed:kill", "answered:kill", "recorded:kill:2"])
def test_an_effects_worker_dies(plant: Plant, fault: str) -> None:
    server_id, wanted, _ = changed(plant)
    with running(plant, "poller"):
        died(plant.faulty_worker("effects", fault))
    with running(plant, "effects", "poller"):
        is_right(plant, server_id, wanted)


@pytest.mark.parametrize("fault", ["applying:kill", "applied:kill:2"])
def test_a_poller_dies(plant: Plant, fault: str) -> None:
    server_id, wanted, _ = changed(plant)
    with running(plant, "effects"):
        died(plant.faulty_worker("poller", fault))
    plant.end_poll_lease()
    with running(plant, "effects", "poller"):
        is_right(plant, server_id, wanted)


def test_the_server_is_deleted_while_nobody_works(plant: Plant) -> None:
    server_id, _, _ = changed(plant)
    died(plant.faulty_worker("effects", "answered:kill"))
    plant.delete(server_id)
    with running(plant, "effects", "poller"):
        plant.converge()
    assert plant.server(server_id).deleted
    assert plant.ports_of(server_id) == {}
    assert violations(plant.app) == []
