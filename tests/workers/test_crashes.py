"""Processes that die or freeze between any two steps, and what is left when others go on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from cyclades.bootstrap import Application
from cyclades.commands.ini import settings_of
from cyclades.commands.worker import start_workers
from tests.harness.cloud import Users
from tests.harness.postgres import PostgresServer
from tests.harness.processes import free_port, stop, wait_until
from tests.harness.reliability import Recorder
from tests.harness.serving import PROGRAMS, Installation, Process, installation
from tests.workers.evidence import gathered
from tests.workers.invariants import violations

pytestmark = [pytest.mark.real_postgres, pytest.mark.slow]

LEASE = 3  # seconds
SETTINGS = {
    "simulated_cluster": True,
    "effect_lease": LEASE,
    "poll_fast": 0.1,
    "poll_slow": 0.5,
    "scan_interval": 1,
    "log_level": "WARNING",
}


@dataclass(slots=True)
class Plant(Users):
    """An installation that runs, and an application of the same ini file in this process."""

    installation: Installation | None = None

    @property
    def site(self) -> Installation:
        """The installation."""
        assert self.installation is not None
        return self.installation

    def faulty(self, fault: str, name: str, *command: str | Path) -> Process:
        """A process that will die or freeze at a place."""
        program = PROGRAMS / "cyclades"
        return self.site.start(name, "env", f"CYCLADES_FAULT={fault}", program, *command)

    def faulty_worker(self, kind: str, fault: str) -> Process:
        return self.faulty(fault, f"faulty {kind} {fault}", "worker", kind, "-c", self.site.ini)

    def converge(self) -> None:
        """Wait until nothing is left to do."""
        wait_until(lambda: not self.unfinished(), "end of all effects", seconds=60)

    def end_poll_lease(self) -> None:
        """As if the time of whoever polled had passed."""
        with self.app.transaction() as unit:
            unit.connection.execute(text("UPDATE clusters SET poller = NULL"))


@contextmanager
def running(plant: Plant, *kinds: str) -> Iterator[None]:
    """Workers that live, in this process, for as long as the block lasts."""
    workers = start_workers(plant.app, kinds)
    try:
        yield
    finally:
        workers.stop(plant.app.queue.wake)
        plant.end_poll_lease()


@pytest.fixture(scope="module")
def plant(
    postgres_server: PostgresServer, postgres_template: str, tmp_path_factory: Any
) -> Iterator[Plant]:
    """The API runs; whether workers do is the tests' business."""
    database = postgres_server.create(postgres_template)
    home = tmp_path_factory.mktemp("plant")
    url = postgres_server.url(database)
    with installation(home, database_url=url, **SETTINGS) as site:
        site.serve()
        app = Application(settings_of(site.ini))
        with app.reader() as unit:
            image = unit.connection.execute(text("SELECT id FROM images")).scalar_one()
        yield Plant(app, image, installation=site)
        app.close()
    postgres_server.drop(database)


def died(process: Process) -> None:
    """Wait until the fault has killed it."""
    assert process.wait(30) == -signal.SIGKILL


def frozen(process: Process) -> None:
    """Wait until the fault has stopped it."""
    status = Path(f"/proc/{process.pid}/stat")
    wait_until(lambda: status.read_text().rpartition(")")[2].split()[0] == "T", "a frozen process")


def work_for(plant: Plant) -> tuple[str, str, str]:
    """One server that is deleted while another is created, and a third that is both."""
    old = plant.create()
    with running(plant, "effects", "poller"):
        plant.converge()
    assert plant.server(old).status == "ACTIVE"
    plant.delete(old)
    return old, plant.create(), plant.create()


def is_right(plant: Plant, old: str, new: str, both: str) -> None:
    """Nothing is left to do, and everything was done once."""
    plant.delete(both)
    plant.converge()
    assert plant.server(old).status == "DELETED"
    assert plant.server(both).status == "DELETED"
    assert plant.server(new).status == "ACTIVE"
    assert violations(plant.app) == []


@pytest.mark.fault(10, 12, 13)
@pytest.mark.parametrize(
    ("row", "place"),
    [(10, "claiming"), (10, "claimed"), (12, "answered"), (12, "answered:2"), (13, "recorded")],
)
def test_an_effects_worker_dies(plant: Plant, converged: Recorder, row: int, place: str) -> None:
    servers = work_for(plant)
    name, _, time = place.partition(":")
    died(plant.faulty_worker("effects", f"{name}:kill:{time}"))
    with running(plant, "effects", "poller"), converged.timed(row):
        is_right(plant, *servers)


@pytest.mark.fault(14)
@pytest.mark.parametrize("place", ["claiming", "claimed", "answered", "recorded"])
def test_an_effects_worker_freezes_and_wakes_up_late(
    plant: Plant, converged: Recorder, place: str
) -> None:
    server_id = plant.create()
    zombie = plant.faulty_worker("effects", f"{place}:stop")
    frozen(zombie)
    with running(plant, "effects", "poller"):
        plant.converge()
        assert plant.server(server_id).status == "ACTIVE"
        plant.delete(server_id)
        plant.converge()
    zombie.send_signal(signal.SIGCONT)
    later = plant.create()  # its next piece of work: it is done with the last one by then
    with running(plant, "poller"), converged.timed(14):
        plant.converge()
    stop(zombie, signal.SIGTERM)
    assert plant.server(server_id).status == "DELETED"
    assert plant.server(later).status == "ACTIVE"
    assert violations(plant.app) == []


@pytest.mark.parametrize("fault", ["applying:kill", "applied:kill", "applying:kill:2"])
def test_a_poller_dies(plant: Plant, fault: str) -> None:
    servers = work_for(plant)
    with running(plant, "effects"):
        died(plant.faulty_worker("poller", fault))
    plant.end_poll_lease()
    with running(plant, "effects", "poller"):
        is_right(plant, *servers)


def ask(plant: Plant, session: requests.Session, base: str, key: str) -> requests.Response:
    """POST /servers with an Idempotency-Key."""
    wish = {"name": key, "imageRef": plant.image, "flavorRef": "1", "networks": "auto"}
    return session.post(
        f"{base}/compute/v2.1/servers",
        json={"server": wish},
        headers={"Idempotency-Key": key, "OpenStack-API-Version": "compute 2.79"},
        timeout=30,
    )


@pytest.mark.parametrize(
    ("place", "kept"), [("committing", False), ("answering", True)], ids=["before", "after"]
)
def test_the_api_dies_around_the_commit(plant: Plant, place: str, *, kept: bool) -> None:
    session = plant.site.account("demo").session()
    port, key = free_port(), f"key-{place}"
    url = f"http://127.0.0.1:{port}"
    dying = plant.faulty(
        f"{place}:kill", f"dying {place}", "serve", plant.site.ini, "--port", str(port)
    )
    wait_until(lambda: answers(url), "the dying API")
    with pytest.raises(requests.ConnectionError):
        ask(plant, session, url, key)
    died(dying)
    assert len(servers_named(plant, key)) == int(kept)
    again = ask(plant, session, plant.site.url, key)
    assert again.status_code == 202
    assert again.headers.get("Idempotent-Replayed") == ("true" if kept else None)
    server_id = again.json()["server"]["id"]
    assert servers_named(plant, key) == [server_id]
    with running(plant, "effects", "poller"):
        plant.converge()
    assert plant.server(server_id).status == "ACTIVE"
    assert violations(plant.app) == []
    assert ask(plant, session, plant.site.url, key).json() == again.json()


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code < 500
    except (requests.ConnectionError, requests.Timeout):
        return False


def servers_named(plant: Plant, name: str) -> list[str]:
    return [row.id for row in gathered(plant.app).servers if row.name == name]
