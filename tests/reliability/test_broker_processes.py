"""Real workers in processes of their own, a real database, a broker that comes and goes."""

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from cyclades.bootstrap import Application
from cyclades.commands.ini import settings_of
from cyclades.domain.model.hints import Hint, HintKind, write_hint
from cyclades.ports.hints import BrokerUnavailable
from tests.harness.cloud import Users
from tests.harness.postgres import PostgresServer
from tests.harness.processes import stop, wait_until
from tests.harness.rabbitmq import RabbitServer
from tests.harness.reliability import Recorder
from tests.harness.samples import fresh
from tests.harness.serving import PROGRAMS, Installation, Process, installation
from tests.workers.invariants import violations

pytestmark = [pytest.mark.real_postgres, pytest.mark.real_rabbitmq, pytest.mark.slow]


@dataclass(slots=True)
class Site(Users):
    """An API process, and an application of the same ini file in this one."""

    installation: Installation | None = None
    cluster_id: str = ""
    told: dict[int, int] = field(default_factory=dict)

    @property
    def site(self) -> Installation:
        assert self.installation is not None
        return self.installation

    def work(self, *kinds: str, fault: str = "") -> Process:
        """Workers in a process, that may be told to die at a place."""
        command: list[str | Path] = [
            "env",
            f"CYCLADES_FAULT={fault}",
            PROGRAMS / "cyclades",
            "worker",
            *kinds,
        ]
        return self.site.start(fresh("worker"), *command, "-c", self.site.ini)

    def say_news(self) -> int:
        """What a watcher on the master says; how many hints."""
        news = 0
        for job in self.app.drivers.of(self.cluster_id).jobs():
            if self.told.get(job.job_id) != job.rank:
                self.say(Hint(self.cluster_id, HintKind.JOB, job_id=job.job_id))
                self.told[job.job_id] = job.rank
                news += 1
        return news

    def say(self, hint: Hint) -> None:
        self.app.hints.publish(self.cluster_id, write_hint(hint))

    def hear(self, seconds: float = 60) -> None:
        """Until a test event has come through a worker."""
        token = fresh("token")

        def heard() -> bool:
            try:
                self.say(Hint(self.cluster_id, HintKind.TEST, token=token))
            except BrokerUnavailable:
                return False
            with self.app.reader() as unit:
                return unit.clusters.heard_token(self.cluster_id) == token

        wait_until(heard, "a test event", seconds=seconds, pause=0.2)

    def converge(self, *, watched: bool = False) -> None:
        def settled() -> bool:
            if watched:
                self.say_news()
            return not self.unfinished()

        wait_until(settled, "end of all effects", seconds=60, pause=0.02)


@pytest.fixture
def site(
    postgres_server: PostgresServer,
    postgres_database_url: str,
    rabbitmq_server: RabbitServer,
    tmp_path: Any,
) -> Iterator[Site]:
    settings = {
        "simulated_cluster": True,
        "database_url": postgres_database_url,
        "hints": "amqp",
        "broker_url": rabbitmq_server.url(),
        "poll_fast": 0.5,
        "poll_slow": 1,
        "scan_interval": 2,
        "log_level": "WARNING",
    }
    with installation(tmp_path, **settings) as made:
        made.serve()
        app = Application(settings_of(made.ini))
        with app.reader() as unit:
            image = unit.connection.execute(text("SELECT id FROM images")).scalar_one()
            (cluster,) = unit.clusters.list()
        app.hints.open(cluster.id).close()
        yield Site(app, image, installation=made, cluster_id=cluster.id)
        app.close()


@pytest.mark.fault(54)
@pytest.mark.parametrize("fault", ["settling:kill", "applied:kill", "applying:kill"])
def test_a_worker_is_killed_before_it_settles(site: Site, fault: str, converged: Recorder) -> None:
    effects = site.work("effects")
    for _ in range(3):
        site.create()
    dying = site.work("updates", fault=fault)

    def dead() -> bool:
        site.say_news()
        return dying.poll() is not None

    wait_until(dead, "the end of a worker", pause=0.02)
    assert dying.returncode == -signal.SIGKILL
    began = time.monotonic()
    heir = site.work("updates")
    site.converge(watched=True)
    site.hear()
    wrong = violations(site.app)
    letters = site.app.hints.parked()  # other tests' are there, too
    parked = [letter.reason for letter in letters if letter.cluster_id == site.cluster_id]
    converged(54, time.monotonic() - began, 1, len(wrong) + len(parked))
    assert wrong == []
    assert parked == []
    for process in (effects, heir):
        stop(process, signal.SIGTERM)
        assert process.returncode == 0


def test_of_two_workers_the_other_goes_on(site: Site) -> None:
    effects, first = site.work("effects"), site.work("updates")
    site.hear()
    second = site.work("updates")
    first.kill()
    site.create()
    site.converge(watched=True)
    site.hear()
    assert violations(site.app) == []
    for process in (effects, second):
        stop(process, signal.SIGTERM)


@pytest.mark.fault(51)
def test_the_broker_is_killed_and_comes_back(
    site: Site, rabbitmq_server: RabbitServer, converged: Recorder
) -> None:
    site.work("effects", "updates", "poller")
    site.hear()
    session = site.site.account("demo").session()
    url = f"{site.site.url}/compute/v2.1/servers"
    rabbitmq_server.kill()
    slowest = 0.0
    for number in range(5):
        wish = {"name": f"s{number}", "imageRef": site.image, "flavorRef": "1", "networks": "auto"}
        answer = session.post(
            url,
            json={"server": wish},
            headers={"OpenStack-API-Version": "compute 2.79"},
            timeout=10,
        )
        assert answer.status_code == requests.codes.accepted
        slowest = max(slowest, answer.elapsed.total_seconds())
    site.converge()
    assert slowest < 5
    rabbitmq_server.start()
    with converged.timed(51):
        site.hear()
    assert violations(site.app) == []
    said = "".join(path.read_text() for path in site.site.home.glob("worker-*.log"))
    assert said.count("the broker does not answer") == 1, "it says so once"
    assert "Traceback" not in said
