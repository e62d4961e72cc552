"""The way to a cluster breaks, or what comes back is rubbish: nothing is lost, doubled or shown."""

import datetime as dt
import re
import socket
from base64 import b64encode
from dataclasses import replace

import pytest
from sqlalchemy import text

from cyclades.adapters.simulated.certificates import self_signed
from cyclades.adapters.simulated.rapi import BEFORE, LAWFUL
from cyclades.adapters.system.clock import SystemClock
from cyclades.domain.model.server_actions import Action
from tests.harness.proxy import SUBMISSIONS
from tests.harness.reliability import Recorder
from tests.harness.remote import Remote

ERRORS = "SELECT error FROM effects WHERE finished IS NULL"
LISTS = "GET /2/instances?bulk=1"
RUBBISH = sorted(BEFORE.keys() - LAWFUL - {"drip", "drip_headers", "flood", "silence"})
STALLING = ("drip", "drip_headers", "flood", "silence", "gzip")


def work_for(remote: Remote) -> tuple[str, str, str]:
    """A server that is created, one that is stopped, one that is deleted."""
    for _ in range(20):
        if remote.trouble():  # until it is not left alone any more
            remote.pass_time(2)
    stopped, deleted = remote.create(), remote.create()
    remote.converge()
    remote.act(stopped, Action.STOP)
    remote.delete(deleted)
    return remote.create(), stopped, deleted


def let_pass(remote: Remote, seconds: int, step: int = 4) -> None:
    """Turn the workers for so long."""
    for _ in range(seconds // step):
        remote.turn()
        remote.clock.passed += step


def all_went_well(
    remote: Remote, converged: Recorder, row: int, servers: tuple[str, ...], times: int
) -> None:
    """What was asked for happens now, once; the cloud's own clock says how long it takes."""
    began = remote.clock.passed
    remote.converge()
    wrong = remote.wrong()
    converged(row, remote.clock.passed - began, times, len(wrong))
    assert [remote.server(server).status for server in servers] == ["ACTIVE", "SHUTOFF", "DELETED"]
    assert wrong == []


def shown(remote: Remote) -> str:
    """All texts that users can read about their servers."""
    seen = remote.evidence()
    return repr([row.message for row in seen.actions] + [row.fault_message for row in seen.servers])


def applied(remote: Remote) -> tuple[object, ...]:
    """All that a report could have changed."""
    seen = remote.evidence()
    servers = [(row.id, row.vm_state, row.task_state, row.version) for row in seen.servers]
    return servers, [(row.id, row.job_id, row.job_rank) for row in seen.effects], len(seen.feed)


def submissions(remote: Remote) -> int:
    """How many reached the cluster."""
    asked = (f"{verb} {path}" for verb, path, _ in remote.rapi.journal.requests)
    return sum(re.match(SUBMISSIONS, request) is not None for request in asked)


def no_host(*_: object, **__: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.fault(18)
@pytest.mark.parametrize("how", ["refuse", "reset", "no such host"])
def test_nobody_is_there(
    remote: Remote, converged: Recorder, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    servers = work_for(remote)
    for _ in range(3):
        with monkeypatch.context() as patch:
            if how == "no such host":
                patch.setattr(socket, "getaddrinfo", no_host)
            else:
                remote.proxy.break_with(how)
            let_pass(remote, 60)
        remote.proxy.heal()
        created, stopped, _ = servers
        assert remote.server(created).status == "BUILD"
        assert remote.server(stopped).status == "ACTIVE"
        if how == "reset":  # the others never reach the proxy
            assert remote.proxy.injected <= 12, "left alone for a while after five failures"
            remote.proxy.injected = 0
        all_went_well(remote, converged, 18, servers, 1)
        servers = work_for(remote)


@pytest.mark.fault(20)
@pytest.mark.parametrize("how", ["swallow_answer", "half_open", "cut"])
def test_a_submissions_answer_is_lost(remote: Remote, converged: Recorder, how: str) -> None:
    for round_ in range(1, 4):
        servers = work_for(remote)
        remote.proxy.break_with(how, only=SUBMISSIONS, after=60)
        remote.turn()
        assert remote.proxy.injected == round_ * len(servers)
        assert "ERROR" not in {remote.server(server).status for server in servers}
        remote.proxy.heal()
        all_went_well(remote, converged, 20, servers, len(servers))


@pytest.mark.fault(21)
@pytest.mark.parametrize("rounds", [1, 3])
def test_a_submission_is_lost(remote: Remote, converged: Recorder, rounds: int) -> None:
    servers = work_for(remote)
    remote.proxy.break_with("swallow_request", only=SUBMISSIONS, times=3 * rounds)
    remote.pass_time(25 * (rounds - 1))
    remote.turn()
    assert remote.proxy.injected == 3 * rounds
    assert "ERROR" not in {remote.server(server).status for server in servers}
    all_went_well(remote, converged, 21, servers, remote.proxy.injected)


@pytest.mark.fault(22)
def test_rubbish_is_no_answer(remote: Remote, converged: Recorder) -> None:
    for trick in RUBBISH:
        servers, before = work_for(remote), remote.rapi.played
        for only in ("POST", "PUT", "GET"):
            remote.rapi.play(trick, times=2, only=only)
            remote.turn()
        remote.rapi.play("")
        assert remote.rapi.played > before + 1
        assert "ERROR" not in {remote.server(server).status for server in servers}
        all_went_well(remote, converged, 22, servers, remote.rapi.played - before)
    assert "internal" not in shown(remote)
    assert "html" not in shown(remote)


@pytest.mark.fault(23)
@pytest.mark.parametrize("how", ["drained", "full"])
def test_the_queue_takes_no_jobs(remote: Remote, converged: Recorder, how: str) -> None:
    servers = work_for(remote)
    remote.cluster().faults.set(**{how: True})
    let_pass(remote, 120)
    with remote.app.reader() as unit:
        errors = set(unit.connection.execute(text(ERRORS)).scalars())
        assert not unit.clusters.get("one").breaker_open, "the cluster itself is well"
    assert errors == {"The cluster takes no jobs now."}
    assert len(remote.unfinished()) == len(servers)
    remote.cluster().faults.clear()
    all_went_well(remote, converged, 23, servers, len(servers))


@pytest.mark.fault(24)
@pytest.mark.parametrize("how", ["rotated", "forbidden"])
def test_the_password_is_refused(remote: Remote, converged: Recorder, how: str) -> None:
    servers, right = work_for(remote), remote.rapi.authorization
    if how == "rotated":
        remote.rapi.authorization = "Basic b3RoZXI="
    else:
        remote.rapi.play(how, times=1000)
    remote.turn()
    before, minutes = len(remote.rapi.journal.requests), 10
    let_pass(remote, 60 * minutes)
    times = len(remote.rapi.journal.requests) - before
    assert 0 < times <= minutes, "no storm of attempts"
    assert remote.trouble() == "The cluster refuses our credentials."
    remote.rapi.authorization = right
    remote.rapi.play("")
    all_went_well(remote, converged, 24, servers, times)


def test_workers_take_up_a_new_password(remote: Remote) -> None:
    assert remote.far is not None
    remote.app.drivers._made.clear()  # as the application makes it
    server, new = remote.running(), replace(remote.far.connection, password="new")
    remote.rapi.authorization = "Basic " + b64encode(f"{new.username}:new".encode()).decode()
    remote.act(server, Action.STOP)
    let_pass(remote, 12)
    assert len(remote.unfinished()) == 1
    remote.app.atomically(lambda unit: unit.cluster_register.reconnect(new))
    let_pass(remote, 16)
    assert remote.server(server).status == "SHUTOFF"


@pytest.mark.fault(25)
@pytest.mark.parametrize("days", [0, -30], ids=["another", "expired"])
def test_somebody_else_shows_a_certificate(remote: Remote, converged: Recorder, days: int) -> None:
    servers = work_for(remote)
    when = SystemClock().now() + dt.timedelta(days=days)
    heard, accepted = remote.proxy.heard, remote.proxy.accepted
    remote.proxy.present(self_signed(when))
    let_pass(remote, 60)
    assert remote.proxy.heard == heard, "not one byte of a request, nor of credentials"
    times = remote.proxy.accepted - accepted
    assert times > 0
    assert remote.far is not None
    remote.proxy.present(remote.far.certificate)
    all_went_well(remote, converged, 25, servers, times)


@pytest.mark.fault(26)
def test_an_answer_without_end(remote: Remote, converged: Recorder) -> None:
    for trick in STALLING:
        servers, before = work_for(remote), remote.rapi.played
        for only in ("POST", "PUT", "GET"):
            remote.rapi.play(trick, times=1, only=only)
            remote.turn()
        remote.rapi.play("")
        all_went_well(remote, converged, 26, servers, remote.rapi.played - before)


@pytest.mark.fault(29)
def test_another_cluster_answers(remote: Remote, converged: Recorder) -> None:
    for number in range(3):
        servers = work_for(remote)
        foreign = f"{number}1111111-1111-4111-8111-111111111111"
        remote.cluster().faults.set(foreign_uuid=foreign)
        before, sent = applied(remote), submissions(remote)
        let_pass(remote, 60)
        assert applied(remote) == before, "nothing is applied"
        assert submissions(remote) == sent, "nothing is asked for"
        assert remote.trouble() == "Another cluster answers."
        remote.cluster().faults.clear()
        all_went_well(remote, converged, 29, servers, 1)


@pytest.mark.fault(30)
@pytest.mark.parametrize("trick", ["empty_list", "half_list"])
def test_a_list_with_holes(remote: Remote, converged: Recorder, trick: str) -> None:
    servers = [remote.create() for _ in range(8)]
    remote.converge()
    before = applied(remote)
    played = remote.rapi.played
    remote.rapi.play(trick, times=40, only=LISTS)
    let_pass(remote, 60)
    assert applied(remote) == before
    times = remote.rapi.played - played
    assert times > 5
    remote.rapi.play("")
    began = remote.clock.passed
    remote.converge()
    wrong = remote.wrong()
    converged(30, remote.clock.passed - began, times, len(wrong))
    assert {remote.server(server).status for server in servers} == {"ACTIVE"}
    assert wrong == []
