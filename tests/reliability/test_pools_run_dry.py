"""The last of a pool: whoever gets it has it whole, and the others leave nothing behind."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.harness.contests import (
    NETWORK,
    Arena,
    arena_on,
    builds,
    errors,
    posts,
    statuses,
)
from tests.harness.reliability import Recorder
from tests.workers.invariants import violations

pytestmark = [pytest.mark.real_postgres, pytest.mark.fault(67)]

CLIENTS, REQUESTS = 16, 200
FLAVORS = {
    "network_flavors": ("MAC_FILTERED", "PHYSICAL_VLAN"),
    "mac_prefix_pool": "aa:0d:00-aa:0d:02",
    "vlan_links": ("vlan1", "vlan2", "vlan3"),
    "quota_network": 1000,
}


@pytest.fixture
def arena(postgres_database_url: str, tmp_path: Path) -> Iterator[Arena]:
    with arena_on(postgres_database_url, tmp_path, **FLAVORS) as made:
        yield made


def rows(arena: Arena) -> Sequence[int]:
    """How many there are of everything that a loser could leave behind."""
    queries = (
        *(f"SELECT count(*) FROM {table}" for table in ("ports", "servers", "effects", "feed")),
        "SELECT count(*) FROM addresses WHERE port_id IS NOT NULL",
        "SELECT count(*) FROM network_resources WHERE network_id IS NOT NULL",
        "SELECT coalesce(sum(used), 0) FROM quotas",
    )
    with arena.cloud.app.reader() as unit:
        return [unit.connection.execute(text(query)).scalar_one() for query in queries]


def test_the_last_address_of_a_network(arena: Arena, converged: Recorder) -> None:
    """And the losers are told so, each of them."""
    network = arena.network("10.0.0.9", "10.0.0.9")
    before = rows(arena)
    with converged.timed(67, times=REQUESTS):
        answers = arena.crowd(CLIENTS, [posts("port", network_id=network)] * REQUESTS)
    assert statuses(answers) == {201: 1, 409: REQUESTS - 1}
    refused = next(answer for answer in answers if answer.status_int == 409)
    assert refused.json["NeutronError"]["type"] == "IpAddressGenerationFailure"
    (won,) = [answer.json["port"] for answer in answers if answer.status_int == 201]
    assert [fixed["ip_address"] for fixed in won["fixed_ips"]] == ["10.0.0.9"]
    assert arena.client.call("DELETE", f"{NETWORK}/ports/{won['id']}").status_int == 204
    after = rows(arena)
    assert [n for at, n in enumerate(after) if at != 3] == [
        n for at, n in enumerate(before) if at != 3
    ]


def test_a_pool_that_ends_in_the_middle_of_many_servers(arena: Arena, converged: Recorder) -> None:
    """All of a request's servers, or none and nothing of theirs."""
    network = arena.network("10.0.0.11", "10.0.0.20")
    wanted = builds(arena, networks=[{"uuid": network}], min_count=4, max_count=4)
    with converged.timed(67, times=CLIENTS):
        answers = arena.contest(*[wanted] * CLIENTS)
        arena.cloud.converge()
    assert errors(answers) == []
    assert statuses(answers)[202] == 2
    assert len(arena.cloud.instances()) == 8
    assert violations(arena.cloud.app) == []
    before = rows(arena)
    assert arena.client.call("GET", f"{NETWORK}/ports").json["ports"].__len__() == 8
    assert wanted(arena.client).status_int in {400, 409}
    assert rows(arena) == before


@pytest.mark.parametrize("flavor", ["MAC_FILTERED", "PHYSICAL_VLAN"])
def test_the_last_network_of_a_flavor(arena: Arena, converged: Recorder, flavor: str) -> None:
    """Prefixes of MAC addresses, and bridges, are like addresses; freed, they serve again."""
    before = rows(arena)
    wanted: dict[str, Any] = {"name": "n", "SNF:network_flavor": flavor}
    with converged.timed(67, times=CLIENTS):
        answers = arena.contest(*[posts("network", **wanted)] * CLIENTS)
    assert statuses(answers) == {201: 3, 409: CLIENTS - 3}, [answer.text for answer in answers]
    won = [answer.json["network"]["id"] for answer in answers if answer.status_int == 201]
    for network in won:
        assert arena.client.call("DELETE", f"{NETWORK}/networks/{network}").status_int == 204
    after = rows(arena)
    assert (after[5], after[6]) == (before[5], before[6])
    assert posts("network", **wanted)(arena.client).status_int == 201
