"""Real worker processes, two clusters behind proxies: kills, holes and floods on the way."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cyclades.adapters.system.clock import SystemClock
from cyclades.bootstrap import Application
from cyclades.commands.ini import settings_of
from cyclades.domain.model.server_actions import Action
from tests.harness.cloud import ADMIN, ROOMY, Users
from tests.harness.postgres import PostgresServer
from tests.harness.processes import stop, wait_until
from tests.harness.proxy import SUBMISSIONS
from tests.harness.reliability import Recorder
from tests.harness.remote import Far, far_cluster, looking_inside
from tests.harness.serving import Installation, installation
from tests.workers.invariants import violations

pytestmark = [pytest.mark.real_postgres, pytest.mark.slow]

LEASE = 3  # seconds
SETTINGS = {
    "effect_lease": LEASE,
    "poll_fast": 0.1,
    "poll_slow": 0.5,
    "scan_interval": 1,
    "log_level": "WARNING",
}
MEGABYTE = 1024.0


@dataclass(slots=True)
class Plant(Users):
    """An installation without processes, and an application of the same ini in this process."""

    site: Installation | None = None
    clusters: tuple[Far, ...] = ()

    @contextmanager
    def worker(self, *kinds: str) -> Iterator[int]:
        """A process that works while the block lasts; its number."""
        assert self.site is not None
        process = self.site.work(*kinds)
        try:
            yield process.pid
        finally:
            stop(process, signal.SIGTERM)

    def wrong(self) -> list[str]:
        """The invariants that do not hold."""
        with looking_inside(self.app, *self.clusters):
            return violations(self.app)

    def becomes(self, server: str, status: str) -> float:
        """Wait for a status; seconds it took."""
        began = time.monotonic()
        wait_until(lambda: self.server(server).status == status, status, seconds=90)
        return time.monotonic() - began

    def answers(self, cluster_id: str) -> float:
        """Wait until a cluster's answers are good again; seconds it took."""
        began = time.monotonic()

        def well() -> bool:
            with self.app.reader() as unit:
                return not unit.clusters.get(cluster_id).trouble

        wait_until(well, "a good answer", seconds=60)
        return time.monotonic() - began

    def converge(self) -> float:
        """Wait until nothing is left to do; seconds it took."""
        began = time.monotonic()
        wait_until(lambda: not self.unfinished(), "end of all effects", seconds=90)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def plant(
    postgres_server: PostgresServer, postgres_template: str, tmp_path_factory: Any
) -> Iterator[Plant]:
    database = postgres_server.create(postgres_template)
    home, clock = tmp_path_factory.mktemp("far"), SystemClock()
    url = postgres_server.url(database)
    with (
        installation(home, database_url=url, **(SETTINGS | ROOMY)) as site,
        far_cluster(clock, "near") as near,
        far_cluster(clock, "far") as far,
    ):
        app = Application(settings_of(site.ini))
        app.atomically(lambda unit: unit.flavors.ensure_default_flavors())
        app.atomically(lambda unit: unit.public_network.ensure(ADMIN))
        image = app.image_uploads.ensure_small_image(ADMIN).id
        for one in (near, far):
            one.register(app, zone=one.id)
        yield Plant(app, image, site=site, clusters=(near, far))
        app.close()
    postgres_server.drop(database)


@pytest.mark.fault(11)
@pytest.mark.parametrize("how", ["half_open", "late"])
def test_a_worker_dies_while_it_waits_for_the_answer(
    plant: Plant, converged: Recorder, how: str
) -> None:
    """The job is there, or the request only arrives when its sender is dead."""
    proxy = plant.clusters[0].proxy
    servers = [plant.create(zone="near") for _ in range(2)]
    with plant.worker("effects", "poller"):
        plant.converge()
    plant.act(servers[0], Action.STOP)
    plant.delete(servers[1])
    servers.append(plant.create(zone="near"))
    before = proxy.injected
    proxy.break_with(how, only=SUBMISSIONS)
    with plant.worker("effects") as number:
        wait_until(lambda: proxy.injected == before + len(servers), "requests on their way")
        os.kill(number, signal.SIGKILL)
    proxy.heal()
    with plant.worker("effects", "poller"):
        seconds = plant.converge()
    wrong = plant.wrong()
    converged(11, seconds, len(servers), len(wrong))
    assert [plant.server(one).status for one in servers] == ["SHUTOFF", "DELETED", "ACTIVE"]
    assert wrong == []


@pytest.mark.fault(19)
@pytest.mark.parametrize("how", ["unreachable", "blackhole"])
def test_a_cluster_in_a_hole_delays_nobody_else(
    plant: Plant, converged: Recorder, how: str
) -> None:
    proxy = plant.clusters[1].proxy
    with plant.worker("effects", "poller"):
        usual = max(plant.becomes(plant.create(zone="near"), "ACTIVE") for _ in range(3))
        waiting = [plant.create(zone="far") for _ in range(4)]
        proxy.break_with(how)
        held = max(plant.becomes(plant.create(zone="near"), "ACTIVE") for _ in range(3))
        assert "ERROR" not in {plant.server(one).status for one in waiting}
        proxy.heal()
        seconds = plant.converge()
    wrong = plant.wrong()
    converged(19, seconds, len(waiting), len(wrong))
    assert held < usual + 2, f"usually {usual:.1f} s, now {held:.1f} s"
    assert wrong == []


@pytest.mark.fault(26)
def test_a_flood_does_not_fill_the_memory(plant: Plant, converged: Recorder) -> None:
    server = plant.clusters[0].server
    with plant.worker("effects", "poller") as number:
        plant.becomes(plant.create(zone="near"), "ACTIVE")
        before, played = peak(number), server.played
        server.play("flood", times=3)
        wait_until(lambda: server.played == played + 3, "three floods", seconds=60)
        seconds = plant.answers("near")
        grown = peak(number) - before
        plant.becomes(plant.create(zone="near"), "ACTIVE")
    wrong = plant.wrong()
    converged(26, seconds, 3, len(wrong))
    assert grown < 200, f"{grown:.0f} MB more"
    assert wrong == []


def peak(number: int) -> float:
    """The most memory that a process had, in MB."""
    lines = Path(f"/proc/{number}/status").read_text().splitlines()
    return next(int(line.split()[1]) / MEGABYTE for line in lines if line.startswith("VmHWM"))
