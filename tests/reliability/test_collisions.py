"""Requests that the database lets lose against others: their users see that all went well."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, ExceptionContext, event, text

from tests.adapters.simulated.hand_clock import HandClock
from tests.harness.api import Client, KnownCallers, client_of
from tests.harness.cloud import Cloud, cloud_on
from tests.harness.processes import wait_until
from tests.harness.reliability import Recorder
from tests.workers.invariants import violations

pytestmark = [pytest.mark.real_postgres, pytest.mark.fault(57)]

SERVERS = "/compute/v2.1/servers"
QUOTAS, CLUSTERS = "UPDATE quotas SET used = used", "UPDATE clusters SET version = version"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
LOSE = "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"


@pytest.fixture
def shared(postgres_database_url: str, tmp_path: Path) -> Iterator[Cloud]:
    """A cloud with the API before it."""
    made = cloud_on(postgres_database_url, tmp_path, database_lock_timeout=1.5)
    made.app.identity = KnownCallers()
    made.running()
    yield made
    made.close()


@contextmanager
def losses(cloud: Cloud) -> Iterator[list[str]]:
    """What the database has refused, by its codes."""
    seen: list[str] = []

    def note(context: ExceptionContext) -> None:
        seen.append(str(getattr(context.original_exception, "sqlstate", "")))

    event.listen(cloud.app.engine, "handle_error", note)
    yield seen
    event.remove(cloud.app.engine, "handle_error", note)


def ask(client: Client, cloud: Cloud, name: str, token: str = "member") -> Any:
    wish = {"name": name, "imageRef": cloud.image, "flavorRef": "1", "networks": "auto"}
    return client.call("POST", SERVERS, {"server": wish}, version="2.79", token=token)


def lock_timeout(cloud: Cloud, others: Connection) -> Any:
    """Somebody holds the project's quota for longer than anybody waits."""
    others.execute(text(QUOTAS))
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(ask, client_of(cloud.app), cloud, "patient")
        with losses(cloud) as seen:
            wait_until(lambda: "55P03" in seen, "a lock timeout")
        others.rollback()
        return answer.result()


def deadlock(cloud: Cloud, others: Connection) -> Any:
    """Somebody holds what the request wants, and wants what it holds."""
    others.execute(text("SET deadlock_timeout = '60s'"))  # the request finds out
    others.execute(text("SET lock_timeout = '60s'"))
    others.execute(text(QUOTAS))

    def waits() -> bool:
        with cloud.app.reader() as unit:
            return bool(unit.connection.execute(text(WAITING)).scalar_one())

    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(ask, client_of(cloud.app), cloud, "patient")
        wait_until(waits, "a request that waits")
        others.execute(text(CLUSTERS))
        others.rollback()
        return answer.result()


def serialization(cloud: Cloud, others: Connection) -> Any:
    """The database takes back what a request did, with its last statement."""
    others.rollback()
    once = iter([True])

    def lose(_connection: object, cursor: Any, statement: str, *_more: object) -> None:
        if statement.startswith("UPDATE quotas") and next(once, False):
            cursor.execute(LOSE)

    event.listen(cloud.app.engine, "after_cursor_execute", lose)
    try:
        return ask(client_of(cloud.app), cloud, "patient")
    finally:
        event.remove(cloud.app.engine, "after_cursor_execute", lose)


@pytest.mark.parametrize(
    ("collide", "code"),
    [(lock_timeout, "55P03"), (deadlock, "40P01"), (serialization, "40001")],
    ids=["lock timeout", "deadlock", "serialization"],
)
def test_a_request_that_loses_is_tried_again(
    shared: Cloud, converged: Recorder, collide: Callable[[Cloud, Connection], Any], code: str
) -> None:
    with losses(shared) as seen, shared.app.engine.connect() as others, converged.timed(57):
        answer = collide(shared, others)
    assert answer.status_int == 202, answer.text
    assert code in seen
    shared.converge()
    assert len(shared.instances()) == 2
    assert violations(shared.app) == []


def sabotage(cloud: Cloud, done: threading.Event, chance: random.Random) -> None:
    """Transactions that take the rows that everybody wants, in any order."""
    while not done.is_set():
        statements = [QUOTAS, CLUSTERS, "UPDATE servers SET progress = progress"]
        chance.shuffle(statements)
        with suppress(Exception), cloud.app.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
                done.wait(chance.uniform(0, 0.2))
        done.wait(0.2)


def use(cloud: Cloud, token: str, rounds: int) -> list[Any]:
    """Make servers and delete them, as one of many users; what the API answered."""
    client, answers = client_of(cloud.app), []
    for number in range(rounds):
        made = ask(client, cloud, f"{token}-{number}", token)
        answers.append(made)
        if made.status_int == 202:
            one = f"{SERVERS}/{made.json['server']['id']}"
            described = {"server": {"name": "other"}}
            answers.append(client.call("PUT", one, described, token=token))
            answers.append(client.call("DELETE", one, token=token))
    return answers


@pytest.mark.slow
def test_under_load_nobody_sees_an_error(
    shared: Cloud,
    converged: Recorder,
    postgres_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Who comes back at once loses again: here the clock that is turned by hand must wait, too.
    monkeypatch.setattr(HandClock, "sleep", lambda _clock, seconds: time.sleep(seconds))
    chance, done = random.Random(57), threading.Event()
    database = postgres_database_url.rpartition("/")[2]
    with shared.app.transaction() as unit:
        unit.connection.execute(text(f"ALTER DATABASE {database} SET deadlock_timeout = '100ms'"))
    shared.app.engine.dispose()

    def lose(_connection: object, cursor: Any, *_more: object) -> None:
        if chance.random() < 0.005:
            cursor.execute(LOSE)

    users = ["member", "other"] * 3
    with losses(shared) as seen, converged.timed(57, times=100), ThreadPoolExecutor(8) as threads:
        event.listen(shared.app.engine, "after_cursor_execute", lose)
        spoiling = threads.submit(sabotage, shared, done, chance)
        answers = [a for some in threads.map(lambda t: use(shared, t, 8), users) for a in some]
        done.set()
        spoiling.result()
        event.remove(shared.app.engine, "after_cursor_execute", lose)
    assert {"40001", "40P01"} <= set(seen), seen
    assert [each.text for each in answers if each.status_int not in {200, 202, 204}] == []
    shared.converge()
    assert len(shared.instances()) == 1
    assert violations(shared.app) == []
