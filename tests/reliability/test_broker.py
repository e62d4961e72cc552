"""Hints lost, doubled, late, forged, poisoned: through a real broker."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cyclades.adapters.amqp.connection import channel_of, close, connected, send, speaking
from cyclades.adapters.amqp.topology import GANETI, hints_queue
from cyclades.domain.model.hints import Hint, HintKind, write_hint
from cyclades.domain.model.server_actions import Action
from cyclades.ports.hints import BrokerUnavailable
from tests.harness.nodes import Line, granted, line_on
from tests.harness.processes import wait_until
from tests.harness.rabbitmq import RabbitServer
from tests.harness.reliability import Recorder
from tests.workers.invariants import violations
from tests.workers.test_updates import POISON

pytestmark = pytest.mark.real_rabbitmq


@pytest.fixture
def line(sqlite_database_url: str, tmp_path: Path, rabbitmq_server: RabbitServer) -> Iterator[Line]:
    with line_on(sqlite_database_url, tmp_path, rabbitmq_server.url()) as made:
        yield made


def versions(line: Line) -> dict[str, int]:
    with line.cloud.app.reader() as unit:
        rows = unit.connection.exec_driver_sql("SELECT id, version FROM servers")
        return {row.id: row.version for row in rows}


def parked(line: Line) -> list[str]:
    letters = line.cloud.app.hints.parked()
    return [letter.reason for letter in letters if letter.cluster_id == line.cluster_id]


@pytest.mark.fault(45)
def test_a_hook_that_does_not_run_or_runs_twice(line: Line, converged: Recorder) -> None:
    cloud = line.cloud
    silent, loud = cloud.create(), cloud.create()
    line.converge()
    names = [cloud.server(server_id).instance for server_id in (silent, loud)]
    line.hear()
    cloud.clock.passed += 2
    for name in names:
        cloud.cluster(line.cluster_id).administrator.stop(name)
    cloud.clock.passed += 2
    before = versions(line)
    line.say(*[line.about(names[1])] * 2)
    line.hear()
    assert cloud.server(loud).status == "SHUTOFF"
    cloud.clock.passed += 2
    line.say(*[line.about(names[1])] * 2)
    line.hear()
    assert versions(line)[loud] == before[loud] + 1, "the second time it was no news"
    assert cloud.server(silent).status == "ACTIVE"
    began = cloud.clock.passed
    while cloud.server(silent).status != "SHUTOFF":
        cloud.pollers[line.cluster_id].turn()
        cloud.clock.passed += 0.1
        assert cloud.clock.passed < began + 15
    converged(45, cloud.clock.passed - began, 2, len(violations(cloud.app)))
    assert violations(cloud.app) == []


@pytest.mark.fault(46)
def test_every_event_is_lost(line: Line, converged: Recorder) -> None:
    cloud = line.cloud
    began, lags = cloud.clock.passed, []
    for _ in range(5):
        ids = [cloud.create() for _ in range(4)]
        cloud.converge()
        cloud.act(ids[0], Action.STOP)
        cloud.delete(ids[1])
        name = cloud.server(ids[2]).instance
        cloud.cluster(line.cluster_id).administrator.remove(name)
        moment = cloud.clock.passed
        cloud.converge()
        while cloud.server(ids[2]).status != "DELETED":
            cloud.turn()
            cloud.clock.passed += 0.2
            assert cloud.clock.passed < moment + 15
        lags.append(cloud.clock.passed - moment)
        statuses = [cloud.server(server_id).status for server_id in ids]
        assert statuses == ["SHUTOFF", "DELETED", "DELETED", "ACTIVE"]
        for _ in range(12):  # five times twelve minutes are an hour
            cloud.turn()
            cloud.clock.passed += 60
    assert cloud.clock.passed - began >= 3600
    wrong = violations(cloud.app)
    converged(46, max(lags), len(lags), len(wrong))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.fault(47)
def test_hints_doubled_shuffled_and_late(line: Line, converged: Recorder) -> None:
    cloud, chance, told = line.cloud, random.Random(47), list[Hint]()
    ids = [cloud.create() for _ in range(12)]
    for second in range(60):
        if second == 20:
            for server_id in ids[:4]:
                cloud.act(server_id, Action.STOP)
        if second == 40:
            for server_id in ids[2:8]:
                cloud.delete(server_id)
        cloud.workers[0].turn()
        told += line.news()
        echo = chance.choices(told, k=min(len(told), 40)) if told else []
        line.say(*echo)
        line.listener.turn()
        cloud.clock.passed += 1
    names = [cloud.server(server_id).instance for server_id in ids]
    told += [line.about(name) for name in names]
    line.converge()
    line.hear()
    before, jobs = versions(line), len(cloud.cluster(line.cluster_id).jobs())
    flood = told * 10
    flood *= 1 + 5000 // len(flood)
    chance.shuffle(flood)
    began = time.monotonic()
    for start in range(0, len(flood), 1000):
        line.say(*flood[start : start + 1000])
        line.hear()
        cloud.clock.passed += 600
    line.hear()
    took = time.monotonic() - began
    changed = [server_id for server_id, was in before.items() if versions(line)[server_id] != was]
    wrong = violations(cloud.app)
    converged(47, took, len(flood), len(changed) + len(wrong))
    assert wrong == []
    assert changed == []
    assert len(cloud.cluster(line.cluster_id).jobs()) <= jobs
    assert parked(line) == []


@pytest.mark.fault(48)
def test_hints_about_what_is_not_ours(line: Line, converged: Recorder) -> None:
    cloud = line.cloud
    gone, stays = cloud.create(), cloud.create()
    line.converge()
    cloud.delete(gone)
    line.converge()
    cloud.add_cluster("another")
    their_vm, unknown = "mail.example.org", "cyclades-never-heard-of"
    for cluster_id in (line.cluster_id, "another"):
        cloud.cluster(cluster_id).administrator.create(their_vm)
    cloud.clock.passed += 10
    before = versions(line)
    hints = [line.about(name) for name in (their_vm, unknown, cloud.server(gone).instance)]
    hints += [line.about_job(job) for job in (999_999, 2**53)]
    hints += [
        Hint(line.cluster_id, HintKind.PROGRESS, None, name, 50, "hm")
        for name in (their_vm, unknown, cloud.server(gone).instance, cloud.server(stays).instance)
    ]
    with capture_logs() as logs:
        line.say(*hints, *line.news())
        line.hear()
    bad = [entry for entry in logs if entry["log_level"] in {"warning", "error"}]
    wrong = violations(cloud.app, "I3")
    converged(48, 0, len(hints), len(bad) + len(wrong))
    assert bad == []
    assert wrong == []
    assert versions(line) == before
    assert parked(line) == []
    assert their_vm in cloud.instances(line.cluster_id)


def tell(url: str, key: str, body: bytes, exchange: str = GANETI.name) -> None:
    """As somebody with these credentials."""
    connection = connected(url, 0)
    try:
        with speaking():
            send(channel_of(connection), exchange, key, body)
    finally:
        close(connection)


@pytest.mark.fault(49)
def test_forged_hints(line: Line, rabbitmq_server: RabbitServer, converged: Recorder) -> None:
    mine = line.cluster_id
    url = granted(rabbitmq_server, f"nodes-of-{mine}", mine)
    other = f"{mine}-other"
    line.cloud.app.hints.open(other).close()
    body = b'{"version": 1, "cluster": "%s", "kind": "test", "token": "forged"}'
    tell(url, f"ganeti.{mine}", body.replace(b"%s", mine.encode()))
    tries: list[tuple[str, str]] = [
        (f"ganeti.{other}", GANETI.name),
        ("ganeti.#", GANETI.name),
        ("", "cyclades.dead"),
        (hints_queue(other).name, ""),
        (hints_queue(mine).name, ""),
    ]
    for key, exchange in tries:
        with pytest.raises(BrokerUnavailable, match="ACCESS_REFUSED"):
            tell(url, key, b"{}", exchange)
    with pytest.raises(BrokerUnavailable):
        tell(rabbitmq_server.url("guest", "wrong"), f"ganeti.{mine}", b"{}")
    tell(url, f"ganeti.{mine}", body.replace(b"%s", other.encode()))
    line.hear()
    taken = line.cloud.app.hints.open(other)
    accepted = len(taken.receive(10, 0.2))
    taken.close()
    converged(49, 0, len(tries) + 2, accepted)
    assert accepted == 0
    assert parked(line) == ["claims to come from another cluster"]


@pytest.mark.fault(50)
def test_poison(line: Line, converged: Recorder) -> None:
    cloud = line.cloud
    server_id = cloud.create()
    broker, began = cloud.app.hints, time.monotonic()
    poison = [body.replace(b'"one"', f'"{line.cluster_id}"'.encode()) for body in POISON]
    poison.append(b"x" * 5_000_000)
    for body in poison:
        broker.publish(line.cluster_id, body)
    line.converge()
    took = time.monotonic() - began
    reasons = parked(line)
    converged(50, took, len(poison), len(poison) - len(reasons))
    assert cloud.server(server_id).status == "ACTIVE"
    assert len(reasons) == len(poison)
    assert all(reasons)
    line.hear()


@pytest.mark.fault(55)
def test_a_queue_that_is_deleted(
    line: Line, rabbitmq_server: RabbitServer, converged: Recorder
) -> None:
    line.hear()
    rabbitmq_server.ctl("delete_queue", hints_queue(line.cluster_id).name)
    told = 0
    for _ in range(5):
        with pytest.raises(BrokerUnavailable):
            line.say(Hint(line.cluster_id, HintKind.SYNC))
        told += 1
    with converged.timed(55, told):
        wait_until(lambda: flows(line), "a queue again")
    line.hear()


def flows(line: Line) -> bool:
    line.listener.turn()
    try:
        line.say(Hint(line.cluster_id, HintKind.SYNC))
    except BrokerUnavailable:
        return False
    return True


@pytest.mark.fault(51)
def test_a_broker_that_is_killed_keeps_what_it_confirmed(
    line: Line, rabbitmq_server: RabbitServer, converged: Recorder
) -> None:
    line.hear()
    line.listener.close()
    sent = [Hint(line.cluster_id, HintKind.TEST, token=f"token-{n}") for n in range(300)]
    line.say(*sent)
    # RabbitMQ writes down that there is a queue only a moment after it said so.
    time.sleep(3)
    rabbitmq_server.kill()
    pauses = [line.listener.turn() for _ in range(3)]
    assert pauses == sorted(pauses)
    assert pauses[0] > 0
    with pytest.raises(BrokerUnavailable):
        line.say(sent[0])
    rabbitmq_server.start()
    came: list[bytes] = []
    with converged.timed(51):
        wait_until(lambda: taken_by(line, came) >= len(sent), "all hints")
    assert set(came) == {write_hint(hint) for hint in sent}
    wait_until(lambda: flows(line), "a way through")
    line.hear()


def taken_by(line: Line, came: list[bytes]) -> int:
    """What comes and is settled, as long as the broker lets us; how many different ones."""
    try:
        channel = line.cloud.app.hints.open(line.cluster_id)
        while deliveries := channel.receive(300, 1):
            came += [delivery.body for delivery in deliveries]
            channel.settle(deliveries)
        channel.close()
    except BrokerUnavailable:
        pass
    return len(set(came))
