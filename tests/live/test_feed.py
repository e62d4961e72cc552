"""GET /feed by a real process: who hears what, from where on, and for how long."""

import http.client
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cyclades.domain.model.feed import Position, position_of
from tests.harness.api import CALLERS, OTHER_PROJECT, PROJECT
from tests.harness.listening import Listener, Live, live_process

pytestmark = pytest.mark.slow
MEMBER, OTHER, ADMIN = CALLERS["member"], CALLERS["other"], CALLERS["admin"]


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_postgres)]
)
def live(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """One process for all tests here."""
    home: Path = tmp_path_factory.mktemp("live")
    quick = {"feed_heartbeat": 0.5, "feed_streams_per_user": 5}
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("sqlite_template"), home / "cyclades.db")
        with live_process(f"sqlite:///{file}", home, **quick) as made:
            yield made
        return
    server = request.getfixturevalue("postgres_server")
    name = server.create(request.getfixturevalue("postgres_template"))
    with live_process(server.url(name), home, **quick) as made:
        yield made
    server.drop(name)


def refused(live: Live, ticket: str) -> dict[str, Any]:
    with Listener(live.port, ticket) as listener:
        assert listener.status == 401
        assert listener.answer.headers["Content-Type"] == "application/json"
        fault: dict[str, Any] = json.loads(listener.answer.read())["error"]
        return fault


def test_a_stream_says_what_it_is(live: Live) -> None:
    with live.listen(MEMBER) as listener:
        headers = listener.answer.headers
        assert listener.status == 200
        assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
        hello = listener.hello()
        assert hello.data == {"position": hello.id}
        live.publish("s1", project=PROJECT)
        change = listener.next()
        assert change is not None
        assert change.data == {"kind": "server", "id": "s1", "version": 1}
        before, after = position_of(hello.id), position_of(change.id)
        assert before is not None
        assert after is not None
        assert before < after


def test_each_hears_what_is_theirs(live: Live) -> None:
    with (
        live.listen(MEMBER) as member,
        live.listen(OTHER) as other,
        live.listen(ADMIN) as admin,
        live.listen(CALLERS["unscoped"]) as unscoped,
    ):
        for listener in (member, other, admin, unscoped):
            listener.hello()
        live.publish("mine", project=PROJECT)
        live.publish("theirs", project=OTHER_PROJECT)
        live.publish("the operator's")
        live.publish("everybody's", project=PROJECT, public=True)
        assert member.ids(2) == ["mine", "everybody's"]
        assert other.ids(2) == ["theirs", "everybody's"]
        assert unscoped.ids(1) == ["everybody's"]
        assert admin.ids(4) == ["mine", "theirs", "the operator's", "everybody's"]


@pytest.mark.parametrize("header", [False, True])
def test_who_comes_back_missed_nothing(live: Live, header: bool) -> None:
    with live.listen(MEMBER) as listener:
        listener.hello()
        live.publish("seen", project=PROJECT)
        assert listener.ids(1) == ["seen"]
        position = listener.last_id
    many = [f"s{number}" for number in range(1200)]  # more than a page
    live.publish(*many, project=PROJECT)
    live.publish("theirs", project=OTHER_PROJECT)
    with live.listen(OTHER), live.listen(MEMBER, position, header=header) as again:
        assert again.hello().id == position
        live.publish("live", project=PROJECT)
        assert again.ids(1201) == [*many, "live"]


def test_a_ticket_opens_one_stream(live: Live) -> None:
    ticket = live.ticket(MEMBER)
    with Listener(live.port, ticket) as listener:
        listener.hello()
        assert refused(live, ticket)["code"] == 401


def test_no_ticket_no_stream(live: Live) -> None:
    expired = live.ticket(MEMBER)
    with live.app.transaction() as unit:
        past = live.app.clock.now() - timedelta(seconds=1)
        ticket = unit.feed_tickets.redeem(live_digest(expired))
        assert ticket is not None
        unit.feed_tickets.issue(live_digest(expired), replace(ticket, expires=past))
    for secret in (expired, "", "nonsense"):
        assert refused(live, secret)["title"] == "Unauthorized"


def live_digest(secret: str) -> str:
    from cyclades.domain.services.feed_tickets import digest  # noqa: PLC0415 - one test's need

    return digest(secret)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_it_is_only_read(live: Live, method: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=10)
    connection.request(method, "/feed")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Allow"]) == (405, "GET")
    connection.close()


def test_silence_has_a_heartbeat_that_moves_the_place(live: Live) -> None:
    with live.listen(MEMBER) as listener:
        hello = listener.hello()
        live.publish("theirs", project=OTHER_PROJECT)
        while len(listener.comments) < 3:
            live.publish("theirs", project=OTHER_PROJECT)
            line = listener.answer.readline().decode()
            if line.startswith(":"):
                listener.comments.append(line)
            if line.startswith("id: "):
                listener.last_id = line.removeprefix("id: ").strip()
        assert position_of(listener.last_id) > position_of(hello.id)  # type: ignore[operator]  # both are


@pytest.mark.parametrize("said", ["nonsense", "-1-2", str(Position(2**62, 1))])
def test_a_place_that_never_was_is_a_new_beginning(live: Live, said: str) -> None:
    with live.listen(MEMBER, said) as listener:
        first = listener.next()
        assert first is not None
        assert (first.name, first.data) == ("reset", {"position": first.id})
        live.publish("next", project=PROJECT)
        assert listener.ids(1) == ["next"]


def test_a_place_too_far_back_is_a_new_beginning(live: Live) -> None:
    live.publish("old", "older", project=PROJECT)
    with live.listen(MEMBER) as listener:
        listener.hello()
        live.publish("seen", project=PROJECT)
        assert listener.ids(1) == ["seen"]
        position = listener.last_id
    live.publish("missed", "last", project=PROJECT)
    with live.app.transaction() as unit:
        unit.feed_reader.forget(live.app.clock.now() + timedelta(seconds=5), 10**6)
    with live.listen(MEMBER, position) as listener:
        first = listener.next()
        assert first is not None
        assert first.name == "reset"
        live.publish("next", project=PROJECT)
        assert listener.ids(1) == ["next"]
    # The newest place is known, although nothing is left there.
    with live.listen(MEMBER) as listener:
        position = listener.hello().id
    with live.listen(MEMBER, position) as listener:
        assert listener.hello().id == position


def test_a_user_has_only_so_many(live: Live) -> None:
    open_ones = [live.listen(CALLERS["reader"]) for _ in range(5)]
    with live.listen(CALLERS["reader"]) as one_more:
        assert one_more.status == 429
        assert one_more.answer.headers["Retry-After"]
    for listener in open_ones:
        listener.close()


def test_a_stream_ends_with_its_callers_access(live: Live) -> None:
    soon = replace(MEMBER, expires=live.app.clock.now() + timedelta(seconds=1))
    with live.listen(soon) as listener:
        listener.hello()
        assert listener.next() is None


def test_other_paths_are_not_here(live: Live) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=10)
    connection.request("GET", "/compute/v2.1")
    answer = connection.getresponse()
    assert answer.status == 404
    assert json.loads(answer.read())["error"]["code"] == 404
    connection.close()


@pytest.mark.real_postgres
@pytest.mark.parametrize("live", ["postgresql"], indirect=True)
def test_the_database_goes_and_comes_back(live: Live) -> None:
    with live.listen(MEMBER) as listener:
        listener.hello()
        live.publish("before", project=PROJECT)
        assert listener.ids(1) == ["before"]
        with live.app.transaction() as unit:
            others = "pid <> pg_backend_pid() AND datname = current_database()"
            cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
            unit.connection.execute(text(cut))
        live.publish("after", project=PROJECT)
        assert listener.ids(1) == ["after"]
