"""The updates worker: what it settles, keeps, gives back and parks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.system.hints import InProcessHints
from cyclades.domain.model.hints import MOST_DELIVERIES, TOO_OFTEN, Hint, HintKind, write_hint
from cyclades.ports.hints import BrokerUnavailable
from cyclades.workers import hint_handler, updates
from cyclades.workers.updates import ClusterListener
from tests.harness.cloud import Cloud
from tests.workers.invariants import violations


@dataclass
class Line:
    """A cloud whose cluster "one" is listened to; its poller stands still."""

    cloud: Cloud
    listener: ClusterListener

    @property
    def broker(self) -> InProcessHints:
        hints = self.cloud.app.hints
        assert isinstance(hints, InProcessHints)
        return hints

    def say(self, *hints: Hint) -> None:
        for hint in hints:
            self.broker.publish("one", write_hint(hint))

    def say_jobs(self) -> None:
        """As the nodes do when the job queue changes."""
        for job in self.cloud.cluster().jobs():
            self.say(Hint("one", HintKind.JOB, job_id=job.job_id))

    def created(self) -> str:
        """A server that is ACTIVE, because hints said so."""
        server_id = self.cloud.create()
        self.cloud.workers[0].turn()
        self.cloud.clock.passed += 30
        self.say_jobs()
        self.listener.turn()
        assert self.cloud.server(server_id).status == "ACTIVE"
        return server_id

    def nothing_waits(self) -> bool:
        """Neither in the queue nor unsettled."""
        self.listener.close()
        return self.broker.depths(["one"]) == {"one": 0}


@pytest.fixture
def line(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    monkeypatch.setattr(updates, "IDLE", 0.01)
    monkeypatch.setattr(updates, "FIRST_BACKOFF", 0.01)
    monkeypatch.setattr(updates, "LONGEST_BACKOFF", 0.01)
    cloud.app.hints.open("one").close()
    made = Line(cloud, ClusterListener(cloud.app, "one"))
    yield made
    made.listener.close()


def about(instance: str) -> Hint:
    return Hint("one", HintKind.INSTANCE, instance=instance)


def counted(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> list[object]:
    """The calls of a method from now on."""
    calls: list[object] = []
    real: Callable[..., object] = getattr(owner, name)

    def call(*arguments: object) -> object:
        calls.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(owner, name, call)
    return calls


def test_a_server_lives_by_hints_alone(line: Line) -> None:
    cloud, server_id = line.cloud, line.created()
    cloud.delete(server_id)
    cloud.workers[0].turn()
    cloud.clock.passed += 30
    line.say_jobs()
    line.listener.turn()
    assert cloud.server(server_id).status == "DELETED"
    assert line.nothing_waits()
    assert violations(cloud.app) == []


def test_a_build_shows_how_far_it_is(line: Line) -> None:
    server_id = line.cloud.create()
    name = line.cloud.server(server_id).instance
    line.say(*(Hint("one", HintKind.PROGRESS, None, name, at) for at in (10, 70, 30)))
    line.say(Hint("one", HintKind.PROGRESS, None, name, 40, "copying"))
    line.listener.turn()
    assert line.cloud.server(server_id).progress == 40, "the newest is what counts"
    assert line.nothing_waits()


def test_a_flood_about_one_instance_is_one_read_a_second(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = line.cloud
    name = cloud.server(line.created()).instance
    cloud.clock.passed += 10
    reads = counted(monkeypatch, cloud.cluster(), "instance")
    began = cloud.clock.passed
    for turn in range(20):
        line.say(*[about(name)] * 100)
        if turn == 15:
            cloud.cluster().administrator.stop(name)
        line.listener.turn()
        cloud.clock.passed += 0.1
    cloud.clock.passed += 1
    line.listener.turn()
    assert 2 <= len(reads) <= cloud.clock.passed - began + 1
    assert cloud.server(server_of(cloud, name)).status == "SHUTOFF", "the last one counts"
    assert line.nothing_waits()


def server_of(cloud: Cloud, instance: str) -> str:
    found = cloud.app.atomically(lambda unit: unit.servers.by_instance("one", instance))
    assert found is not None
    return found.id


POISON: Sequence[bytes] = (
    b"",
    b"{",
    b"\x00",
    b"\xff\xfe",
    b"[" * 10_000,
    b'{"version": 1, "cluster": "one", "kind": "job", "job": NaN}',
    b'{"version": 1, "cluster": "one", "kind": "job", "job": 1' + b"0" * 1000 + b"}",
    b'{"version": 1, "cluster": "two", "kind": "job", "job": 1}',
    b'{"version": 1, "cluster": "one", "kind": "instance", "instance": "a\\u0000b"}',
    b'{"version": 1, "cluster": "one", "kind": "sing"}',
    b'{"version": 1, "cluster": "one", "kind": "job", "job": 1, "message": "'
    + b"x" * 100_000
    + b'"}',
)


def test_poison_is_parked_and_others_flow(line: Line) -> None:
    for body in POISON:
        line.broker.publish("one", body)
    line.created()
    letters = line.broker.parked()
    assert len(letters) == len(POISON)
    assert all(letter.reason and letter.cluster_id == "one" for letter in letters)
    assert max(len(letter.body) for letter in letters) <= 16 * 1024
    assert line.nothing_waits()


def test_a_hint_that_we_stumble_over_holds_up_no_other(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = line.cloud
    broken = cloud.server(cloud.create()).instance
    real = SqlServers.by_instance

    def by_instance(self: SqlServers, cluster_id: str, instance: str) -> object:
        if instance == broken:
            raise ZeroDivisionError
        return real(self, cluster_id, instance)

    monkeypatch.setattr(SqlServers, "by_instance", by_instance)
    line.say(Hint("one", HintKind.PROGRESS, None, broken, 5))
    good = cloud.create()
    line.say(Hint("one", HintKind.PROGRESS, None, cloud.server(good).instance, 7))
    with capture_logs() as logs:
        for _ in range(MOST_DELIVERIES + 1):
            line.listener.turn()
    assert [entry["event"] for entry in logs].count("a hint failed") == MOST_DELIVERIES + 1
    assert cloud.server(good).progress == 7
    assert [letter.reason for letter in line.broker.parked()] == [TOO_OFTEN]
    assert line.nothing_waits()


def test_hints_outlive_the_databases_absence(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = line.cloud
    server_id = cloud.create()
    cloud.workers[0].turn()
    cloud.clock.passed += 30
    line.say_jobs()

    def gone(*_arguments: object) -> object:
        raise OperationalError("", {}, Exception("terminating connection"))

    with monkeypatch.context() as patch:
        patch.setattr(cloud.app, "atomically", gone)
        for _ in range(3 * MOST_DELIVERIES):
            assert line.listener.turn() == 0
        line.say(Hint("one", HintKind.TEST, token="while it was away"))
    line.listener.turn()
    assert cloud.server(server_id).status == "ACTIVE"
    assert not line.broker.parked()
    assert line.nothing_waits()


def test_a_cluster_that_does_not_answer_is_left_to_the_poller(line: Line) -> None:
    cloud = line.cloud
    server_id = cloud.create()
    name = cloud.server(server_id).instance
    cloud.workers[0].turn()
    line.say_jobs()
    line.say(Hint("one", HintKind.PROGRESS, None, name, 9))
    cloud.cluster().faults.set(unreachable=True)
    line.listener.turn()
    assert line.nothing_waits()
    assert cloud.server(server_id).progress == 9, "that needed no cluster"
    cloud.cluster().faults.set(unreachable=False)
    cloud.converge()
    assert cloud.server(server_id).status == "ACTIVE"


def test_a_broker_that_does_not_answer_is_asked_less_and_less(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()

    def gone(_cluster_id: str) -> object:
        raise BrokerUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr(line.broker, "open", gone)
        pauses = [line.listener.turn() for _ in range(8)]
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]
    line.created()


def test_a_sync_finds_everything_and_not_all_the_time(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = line.cloud
    name = cloud.server(line.created()).instance
    cloud.cluster().administrator.crash(name)
    sync = Hint("one", HintKind.SYNC)
    looks = counted(monkeypatch, cloud.cluster(), "instances")
    line.say(*[sync] * 5)
    line.listener.turn()
    assert cloud.server(server_of(cloud, name)).power == "crashed"
    line.say(*[sync] * 5)
    line.listener.turn()
    assert len(looks) == 1
    cloud.clock.passed += hint_handler.SYNC_PAUSE
    line.listener.turn()
    assert len(looks) == 2
    assert line.nothing_waits()


def test_a_test_event_is_heard(line: Line) -> None:
    line.say(Hint("one", HintKind.TEST, token="first"), Hint("one", HintKind.TEST, token="second"))
    line.listener.turn()
    with line.cloud.app.reader() as unit:
        assert unit.clusters.heard_token("one") == "second"
    assert line.nothing_waits()
