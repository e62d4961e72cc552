"""The database goes away, or a process stops in the middle of a transaction."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest
import requests
from sqlalchemy import make_url, text

from cyclades.bootstrap import Application
from cyclades.commands.ini import settings_of
from tests.harness.postgres import PostgresServer, running_postgres
from tests.harness.processes import free_port, wait_until
from tests.harness.reliability import Recorder
from tests.harness.serving import installation
from tests.workers.invariants import violations
from tests.workers.test_crashes import (
    SETTINGS,
    Plant,
    answers,
    ask,
    frozen,
    running,
    servers_named,
)

pytestmark = [pytest.mark.real_postgres, pytest.mark.slow]

IDLE, LOCK = 3, 2  # seconds
FORMS = {
    "/compute/v2.1/servers": "serviceUnavailable",
    "/network/v2.0/ports": "NeutronError",
    "/image/v2/images": "message",
    "/identity/v3/auth/projects": "error",
}
OPEN = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
          AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"""


@contextmanager
def planted(server: PostgresServer, home: Path, **settings: Any) -> Iterator[Plant]:
    """An installation on this server; its API runs. No worker is lost: leases may be long."""
    more = {"effect_lease": 20, "quota_instances": 200} | settings
    database = server.create()
    server.administer(f"ALTER DATABASE {database} SET synchronous_commit = on")
    url = server.url(database)
    with installation(home, database_url=url, **(SETTINGS | more)) as site:
        site.serve()
        app = Application(settings_of(site.ini))
        with app.reader() as unit:
            image = unit.connection.execute(text("SELECT id FROM images")).scalar_one()
        yield Plant(app, image, installation=site)
        app.close()


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A PostgreSQL that may be stopped."""
    with running_postgres() as server:
        yield server


def transactions(plant: Plant) -> int:
    """How many are open, beside the one that asks."""
    with plant.app.reader() as unit:
        return int(unit.connection.execute(text(OPEN)).scalar_one())


@pytest.mark.fault(7)
def test_an_api_process_is_stopped_in_a_transaction(
    own_server: PostgresServer, tmp_path: Path, converged: Recorder
) -> None:
    short = {"database_idle_timeout": IDLE, "database_lock_timeout": LOCK}
    with planted(own_server, tmp_path, **short) as plant, ThreadPoolExecutor(1) as threads:
        session, port = plant.site.account("demo").session(), free_port()
        url = f"http://127.0.0.1:{port}"
        command = ("serve", plant.site.ini, "--port", str(port))
        zombie = plant.faulty("committing:stop", "stopped", *command)
        wait_until(lambda: answers(url), "the API that will stop")
        late = threads.submit(ask, plant, session, url, "late")
        frozen(zombie)
        assert transactions(plant) == 1
        began = monotonic()
        other = ask(plant, session, plant.site.url, "other")
        converged(7, monotonic() - began)
        assert other.status_code == 202
        assert monotonic() - began < IDLE + LOCK
        assert transactions(plant) == 0
        zombie.send_signal(signal.SIGCONT)
        assert late.result().status_code == 503
        assert "Retry-After" in late.result().headers
        assert servers_named(plant, "late") == []
        again = ask(plant, session, url, "late")
        assert again.status_code == 202, "the process that was stopped goes on"
        assert len(servers_named(plant, "late")) == 1
        with running(plant, "effects", "poller"):
            plant.converge()
        assert violations(plant.app) == []


@dataclass(slots=True)
class User:
    """Asks for one server after the other, with a key each, until each is promised."""

    plant: Plant
    session: requests.Session
    done: threading.Event = field(default_factory=threading.Event)
    seen: list[requests.Response] = field(default_factory=list)
    promised: list[str] = field(default_factory=list)

    def work(self) -> None:
        """Until told to stop; then nothing is left half asked for."""
        for number in count():
            name = f"server-{number}"
            while self._asked(name) != 202:
                self.done.wait(0.2)
            self.promised.append(name)
            for path in FORMS:
                answer = self.session.get(f"{self.plant.site.url}{path}", timeout=30)
                self.seen.append(answer)
            if self.done.wait(0.2):
                return

    def was_promised(self, count: int) -> bool:
        """Whether so many servers are promised by now."""
        return len(self.promised) >= count

    def _asked(self, name: str) -> int:
        answer = ask(self.plant, self.session, self.plant.site.url, name)
        self.seen.append(answer)
        return answer.status_code


def restart_fast(server: PostgresServer, _database: str) -> None:
    server.end(signal.SIGINT)
    sleep(2)  # a while without a database
    server.start()


def restart_immediately(server: PostgresServer, _database: str) -> None:
    server.end(signal.SIGQUIT)
    sleep(2)
    server.start()


def kill_backend(server: PostgresServer, database: str) -> None:
    """As the kernel does when memory is short: PostgreSQL ends all and recovers."""
    with psycopg.connect(server.url("postgres").replace("+psycopg", "")) as connection:
        query = "SELECT pid FROM pg_stat_activity WHERE datname = %s LIMIT 1"
        row = connection.execute(query, [database]).fetchone()
    assert row is not None
    os.kill(row[0], signal.SIGKILL)
    wait_until(server.answers, "PostgreSQL after its recovery")


def cut_off(server: PostgresServer, database: str) -> None:
    """As an administrator does."""
    server.administer(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    )


FAULTS = (restart_fast, restart_immediately, kill_backend, cut_off)


@pytest.mark.fault(56)
def test_the_database_goes_away_and_comes_back(
    own_server: PostgresServer, tmp_path: Path, converged: Recorder
) -> None:
    with planted(own_server, tmp_path) as plant, ThreadPoolExecutor(1) as threads:
        database = make_url(plant.app.settings.database_url).database or ""
        plant.site.work("effects", "poller", "housekeeping")
        user = User(plant, plant.site.account("demo").session())
        working = threads.submit(user.work)
        slowest = 0.0
        for fault in FAULTS:
            fault(own_server, database)
            began, enough = monotonic(), len(user.promised) + 2
            wait_until(partial(user.was_promised, enough), "promises")
            slowest = max(slowest, monotonic() - began)
        user.done.set()
        working.result()
        plant.app.engine.dispose()
        plant.converge()
        wrong = violations(plant.app)
        converged(56, slowest, times=len(FAULTS), violations=len(wrong))
        is_as_promised(user)
        assert wrong == []
        assert [process.poll() for process in plant.site.processes.values()] == [None, None]


def is_as_promised(user: User) -> None:
    """Nobody saw anything but an answer or "not now", in the service's own form."""
    refused = [answer for answer in user.seen if not answer.ok]
    assert refused, "the database was never away"
    for answer in refused:
        path = make_path(answer)
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["Retry-After"]) > 0
        assert FORMS[path] in answer.json(), answer.text
        assert "psycopg" not in answer.text
    for name in user.promised:
        (server_id,) = servers_named(user.plant, name)
        assert user.plant.server(server_id).status == "ACTIVE"


def make_path(answer: requests.Response) -> str:
    return next(path for path in FORMS if path in str(answer.url))
