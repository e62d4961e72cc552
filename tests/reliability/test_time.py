"""Clocks that differ between processes, and clocks that jump."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, time

import pytest

from cyclades.domain.model.server_actions import Action
from cyclades.ports.clock import Clock
from tests.harness.cloud import Cloud
from tests.harness.postgres import PostgresServer
from tests.harness.processes import free_port, program, stop, wait_until
from tests.harness.reliability import Recorder
from tests.harness.serving import PROGRAMS, Process
from tests.reliability.test_database import planted
from tests.workers.invariants import violations
from tests.workers.test_crashes import Plant, answers, ask, servers_named

DAY = 24 * 3600
FAKE = {
    "LD_PRELOAD": "/usr/$LIB/faketime/libfaketimeMT.so.1",
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    "FAKETIME_NO_CACHE": "1",
    "NO_FAKE_STAT": "1",
}


@pytest.fixture(scope="module")
def plant(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Plant]:
    """The API runs; whether workers do is the tests' business."""
    with planted(postgres_server, tmp_path_factory.mktemp("plant")) as made:
        yield made


def skewed(plant: Plant, clock: Path, skew: str, *command: str | Path) -> Process:
    """A process whose wall clock is off by what the file `clock` says at the moment.

    The library itself and not its program, which would stand between us and our process.
    """
    program("faketime")
    clock.write_text(f"{skew}\n")
    values = FAKE | {"FAKETIME_TIMESTAMP_FILE": str(clock)}
    words = ("env", *(f"{name}={value}" for name, value in values.items()))
    said = subprocess.run([*words, "date", "+%s"], check=True, capture_output=True).stdout
    assert abs(int(said) - time()) > 1800, "the clock is wrong"
    return plant.site.start(f"skewed {clock.name}", *words, PROGRAMS / "cyclades", *command)


@contextmanager
def at_other_times(plant: Plant, folder: Path, *skews: str) -> Iterator[list[Path]]:
    """Workers, each with a clock of its own; the files that set these clocks."""
    clocks = [folder / f"clock-{number}" for number in range(len(skews))]
    command = ("worker", "effects", "poller", "-c", plant.site.ini)
    started = [
        skewed(plant, clock, skew, *command) for clock, skew in zip(clocks, skews, strict=True)
    ]
    try:
        yield clocks
    finally:
        for process in started:
            stop(process, signal.SIGTERM)
        plant.end_poll_lease()


def use_all(plant: Plant, converged: Recorder, rows: tuple[int, ...], times: int) -> None:
    """Make servers, stop one, delete one; everything is done, and done once."""
    began = monotonic()
    servers = [plant.create() for _ in range(times)]
    plant.converge()
    plant.act(servers[0], Action.STOP)
    plant.delete(servers[1])
    plant.converge()
    wrong = violations(plant.app)
    for row in rows:
        converged(row, monotonic() - began, times, len(wrong))
    states = [plant.server(server).status for server in servers]
    assert states == ["SHUTOFF", "DELETED", *["ACTIVE"] * (times - 2)]
    for server in {*servers} - {servers[1]}:
        plant.delete(server)
    plant.converge()
    assert wrong == []


@pytest.mark.fault(16, 63)
@pytest.mark.parametrize("skews", [("-1h", "+1h"), ("-1d", "+1d")], ids=["hour", "day"])
@pytest.mark.real_postgres
@pytest.mark.slow
def test_workers_whose_clocks_differ(
    plant: Plant, tmp_path: Path, converged: Recorder, skews: tuple[str, str]
) -> None:
    with at_other_times(plant, tmp_path, *skews):
        use_all(plant, converged, (16, 63), times=6)


@pytest.mark.fault(63)
@pytest.mark.real_postgres
@pytest.mark.slow
def test_a_clock_that_steps_back(plant: Plant, tmp_path: Path, converged: Recorder) -> None:
    with at_other_times(plant, tmp_path, "+1d") as (clock,):
        for skew in ("+1d", "-1h", "+1h", "-1d"):
            clock.write_text(f"{skew}\n")
            use_all(plant, converged, (63,), times=2)


@pytest.mark.fault(63)
@pytest.mark.parametrize("skew", ["-1d", "+1d"])
@pytest.mark.real_postgres
@pytest.mark.slow
def test_an_api_process_lives_on_another_day(
    plant: Plant, tmp_path: Path, converged: Recorder, skew: str
) -> None:
    port = free_port()
    url, session = f"http://127.0.0.1:{port}", plant.site.account("demo").session()
    other = skewed(plant, tmp_path / "clock", skew, "serve", plant.site.ini, "--port", str(port))
    wait_until(lambda: answers(url), "the API of another day")
    with at_other_times(plant, tmp_path, "+1h"), converged.timed(63):
        made = ask(plant, session, url, f"made at {skew}")  # with a token of the right time
        assert made.status_code == 202, made.text
        plant.converge()
    (server_id,) = servers_named(plant, f"made at {skew}")
    assert abs(plant.server(server_id).created - datetime.now(UTC)) < timedelta(minutes=5)
    right, plant.site.url = plant.site.url, url
    theirs = plant.site.account("demo").session()  # a token of the wrong time
    plant.site.url = right
    path = f"/compute/v2.1/servers/{server_id}"
    assert theirs.get(right + path, timeout=30).json()["server"]["status"] == "ACTIVE"
    assert theirs.delete(right + path, timeout=30).status_code == 204
    with at_other_times(plant, tmp_path, "-1h"):
        plant.converge()
    stop(other, signal.SIGTERM)
    assert violations(plant.app) == []


@dataclass(slots=True)
class Skewed(Clock):
    """Our clock, while clusters keep theirs."""

    right: Clock
    by: float = 0.0

    def now(self) -> datetime:
        return self.right.now() + timedelta(seconds=self.by)

    def monotonic(self) -> float:
        return self.right.monotonic()

    def sleep(self, seconds: float) -> None:
        self.right.sleep(seconds)


def skewed_clock(cloud: Cloud) -> Skewed:
    """From now on our processes go by a clock that may be wrong."""
    cloud.cluster()  # was made with the right one
    cloud.app.clock = clock = Skewed(cloud.clock)
    return clock


@pytest.mark.fault(63)
@pytest.mark.parametrize("start", [DAY, -DAY, 3700, -3700])
def test_a_claim_from_another_time_is_over(
    each_cloud: Cloud, converged: Recorder, start: float
) -> None:
    """Whoever claimed died; then the clock was set right."""
    cloud, settings = each_cloud, each_cloud.app.settings
    running, clock = cloud.running(), skewed_clock(cloud)
    clock.by = start
    cloud.act(running, Action.STOP)
    created = cloud.create()
    now = clock.now()
    until = now + timedelta(seconds=settings.effect_lease)
    claims = cloud.app.atomically(lambda unit: unit.outbox.claim(now, until, 9, 9))
    assert len(claims) == 2
    for poller in cloud.pollers.values():
        poller.turn()
    clock.by = 0
    began = cloud.clock.passed
    cloud.converge(300)
    wrong = violations(cloud.app)
    converged(63, cloud.clock.passed - began, violations=len(wrong))
    assert [cloud.server(one).status for one in (running, created)] == ["SHUTOFF", "ACTIVE"]
    assert wrong == []


@pytest.mark.fault(63)
def test_a_clock_that_jumps_all_the_time(cloud: Cloud, converged: Recorder) -> None:
    jumps = (DAY, -DAY, 3600, -3600, -DAY / 2, DAY)
    clock = skewed_clock(cloud)
    for jump in jumps:
        server = cloud.create()
        cloud.pass_time(2)
        clock.by += jump
        cloud.pass_time(3)
        cloud.delete(server)
        clock.by -= 2 * jump
    began = cloud.clock.passed
    cloud.converge(300)
    wrong = violations(cloud.app)
    converged(63, cloud.clock.passed - began, len(jumps), len(wrong))
    assert wrong == []
