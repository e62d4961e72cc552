"""Many who want the same thing of network's at the same moment: one of them gets it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.harness.contests import (
    NETWORK,
    SERVERS,
    Arena,
    arena_on,
    builds,
    deletes,
    plugs,
    posts,
    public_network,
    statuses,
)
from tests.harness.reliability import Recorder
from tests.workers.invariants import violations

pytestmark = [pytest.mark.real_postgres, pytest.mark.fault(65)]

CROWD = 12
ROUNDS = pytest.mark.parametrize(
    "rounds", [3, pytest.param(500, marks=pytest.mark.long)], ids=["quick", "long"]
)

WANTED: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "address": lambda number: {"fixed_ips": [{"ip_address": f"10.0.0.{10 + number % 200}"}]},
    "MAC address": lambda number: {"mac_address": f"aa:0d:00:00:01:{number % 256:02x}"},
}


@pytest.fixture
def arena(postgres_database_url: str, tmp_path: Path) -> Iterator[Arena]:
    with arena_on(postgres_database_url, tmp_path) as made:
        yield made


@ROUNDS
@pytest.mark.parametrize("what", WANTED)
def test_one_address_for_many_ports(
    arena: Arena, converged: Recorder, what: str, rounds: int
) -> None:
    network = arena.network()
    with converged.timed(65, times=rounds):
        for number in range(rounds):
            wanted = WANTED[what](number)
            answers = arena.contest(*[posts("port", "admin", network_id=network, **wanted)] * CROWD)
            assert statuses(answers) == {201: 1, 409: CROWD - 1}, [a.text for a in answers]
            (won,) = [answer.json["port"]["id"] for answer in answers if answer.status_int == 201]
            assert deletes(f"{NETWORK}/ports/{won}", "admin")(arena.client).status_int == 204
    assert arena.cloud.holds_nothing()


@ROUNDS
def test_one_address_for_many_servers(arena: Arena, converged: Recorder, rounds: int) -> None:
    network, cloud = arena.network(), arena.cloud
    with converged.timed(65, times=rounds):
        for number in range(rounds):
            wanted = {"uuid": network, "fixed_ip": f"10.0.0.{10 + number % 200}"}
            answers = arena.contest(*[builds(arena, networks=[wanted])] * CROWD)
            won = [answer.json["server"]["id"] for answer in answers if answer.status_int == 202]
            assert len(won) == 1, [answer.text for answer in answers]
            assert set(statuses(answers)) <= {202, 400, 409}, [answer.text for answer in answers]
            assert deletes(f"{SERVERS}/{won[0]}")(arena.client).status_int == 204
            cloud.converge()
    assert violations(cloud.app) == []
    assert cloud.holds_nothing()


@ROUNDS
def test_one_port_for_many_servers(arena: Arena, converged: Recorder, rounds: int) -> None:
    """New servers and old ones alike."""
    network, cloud = arena.network(), arena.cloud
    old = [cloud.create() for _ in range(3)]
    cloud.converge()
    with converged.timed(65, times=rounds):
        for _ in range(rounds):
            port = arena.make("port", network_id=network)
            answers = arena.contest(
                *[plugs(server, port_id=port) for server in old * 2],
                *[builds(arena, networks=[{"port": port}])] * (CROWD // 2),
            )
            assert {200, 202} & set(statuses(answers)), [answer.text for answer in answers]
            cloud.converge()
            plugged = [name for name in cloud.instances() if has_nic(arena, name, port)]
            assert len(plugged) == 1
            assert sum(answer.status_int < 300 for answer in answers) == 1
            assert set(statuses(answers)) <= {200, 202, 400, 409}, [a.text for a in answers]
            assert violations(cloud.app) == []
            new = [answer.json["server"]["id"] for answer in answers if answer.status_int == 202]
            freed = [deletes(f"{SERVERS}/{server}") for server in new] or [
                deletes(f"{SERVERS}/{server}/os-interface/{port}") for server in old
            ]
            for free in freed:
                free(arena.client)
            cloud.converge()
            assert deletes(f"{NETWORK}/ports/{port}")(arena.client).status_int == 204


@ROUNDS
def test_one_floating_ip_for_many(arena: Arena, converged: Recorder, rounds: int) -> None:
    """Its address for many floating IPs; then the floating IP for many servers, new and old."""
    cloud, public = arena.cloud, public_network(arena)
    old = [cloud.create() for _ in range(2)]
    cloud.converge()
    with converged.timed(65, times=2 * rounds):
        for number in range(rounds):
            address = f"203.0.113.{100 + number % 100}"
            wanted = {"floating_network_id": public, "floating_ip_address": address}
            answers = arena.contest(*[posts("floatingip", **wanted)] * CROWD)
            assert statuses(answers) == {201: 1, 409: CROWD - 1}, [a.text for a in answers]
            direct: dict[str, Any] = {"net_id": public, "fixed_ips": [{"ip_address": address}]}
            answers = arena.contest(
                *[plugs(server, **direct) for server in old * 3],
                *[builds(arena, networks=[{"uuid": public, "fixed_ip": address}])] * (CROWD // 2),
            )
            cloud.converge()
            won = [answer for answer in answers if answer.status_int < 300]
            assert len(won) == 1, [answer.text for answer in answers]
            assert set(statuses(answers)) <= {200, 202, 400, 403, 409}, [a.text for a in answers]
            assert violations(cloud.app) == []
            for answer in won:
                if answer.status_int == 202:
                    deletes(f"{SERVERS}/{answer.json['server']['id']}")(arena.client)
                    cloud.converge()


def has_nic(arena: Arena, instance: str, port: str) -> bool:
    """Whether a cluster's instance has this port's interface."""
    nics = arena.cloud.cluster().store.look(lambda world: world.instances[instance].nics)
    return any(nic["name"].endswith(port) for nic in nics)
