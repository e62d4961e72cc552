"""Many who want the same volume at the same moment: one server gets it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.contests import SERVERS, VERSION, Arena, Call, arena_on
from tests.harness.disks import Disks
from tests.harness.reliability import Recorder
from tests.workers.invariants import violations

pytestmark = [pytest.mark.real_postgres, pytest.mark.fault(65)]

CROWD = 10
ROUNDS = pytest.mark.parametrize(
    "rounds", [2, pytest.param(100, marks=pytest.mark.long)], ids=["quick", "long"]
)


@pytest.fixture
def arena(postgres_database_url: str, tmp_path: Path) -> Iterator[Arena]:
    with arena_on(postgres_database_url, tmp_path) as made:
        yield made


def attaches(server: str, volume: str) -> Call:
    path = f"{SERVERS}/{server}/os-volume_attachments"
    body = {"volumeAttachment": {"volumeId": volume}}
    return lambda client: client.call("POST", path, body, token="member", version=VERSION)


def detaches(server: str, volume: str) -> Call:
    path = f"{SERVERS}/{server}/os-volume_attachments/{volume}"
    return lambda client: client.call("DELETE", path, token="member", version=VERSION)


@ROUNDS
def test_one_volume_for_many_servers(arena: Arena, converged: Recorder, rounds: int) -> None:
    servers = [arena.cloud.running() for _ in range(2)]
    disks = Disks(arena.cloud)
    volume = disks.blank()
    with converged.timed(65, times=rounds):
        for _ in range(rounds):
            calls = [attaches(servers[index % 2], volume.id) for index in range(CROWD)]
            answers = arena.contest(*calls)
            won = [
                server
                for server, a in zip(servers * CROWD, answers, strict=False)
                if a.status_int == 200
            ]
            assert len(won) == 1, [answer.text for answer in answers]
            assert {answer.status_int for answer in answers} <= {200, 400, 409}
            arena.cloud.converge()
            assert disks.there(volume) == [arena.cloud.server(won[0]).instance]
            assert detaches(won[0], volume.id)(arena.client).status_int == 202
            arena.cloud.converge()
    assert violations(arena.cloud.app) == []
