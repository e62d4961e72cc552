"""`cyclades-manage deadletters`: hints that nobody could use."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cyclades.adapters.amqp.hints import AmqpHints
from cyclades.commands.main import manage
from tests.harness.rabbitmq import RabbitServer
from tests.harness.samples import fresh

pytestmark = pytest.mark.real_rabbitmq
Run = Callable[..., Result]


@pytest.fixture
def broker(rabbitmq_server: RabbitServer) -> Iterator[AmqpHints]:
    made = AmqpHints(rabbitmq_server.url())
    made.drop([letter.id for letter in made.parked()])
    yield made
    made.drop([letter.id for letter in made.parked()])
    made.close()


@pytest.fixture
def run(sqlite_database_url: str, tmp_path: Path, rabbitmq_server: RabbitServer) -> Run:
    return runner(sqlite_database_url, tmp_path, "amqp", rabbitmq_server.url())


def runner(database_url: str, home: Path, hints: str, broker_url: str) -> Run:
    path = home / "cyclades.ini"
    path.write_text(
        f"[app:main]\ncyclades.database_url = {database_url}\ncyclades.var_dir = {home}\n"
        f"cyclades.hints = {hints}\ncyclades.broker_url = {broker_url}\n"
        f"cyclades.secret_key_file = {home / 'secret.key'}\n"
    )
    return lambda *words: CliRunner().invoke(manage, ["deadletters", *words, "-c", str(path)])


def parked(broker: AmqpHints, *bodies: bytes) -> str:
    """Hints of one cluster that were parked; its id."""
    cluster_id = fresh("cluster")
    channel = broker.open(cluster_id)
    for body in bodies:
        broker.publish(cluster_id, body)
        (delivery,) = channel.receive(1, 20)
        channel.park(delivery, "not JSON")
    channel.close()
    return cluster_id


def test_they_are_listed_and_shown(broker: AmqpHints, run: Run) -> None:
    cluster_id = parked(broker, b"\x1b[2J{", "größer".encode() * 30, b"{", b"{")
    table = run("list").output.splitlines()
    assert len(table) == 5
    assert all(line.isprintable() for line in table)
    told = json.loads(run("list", "--json").output)
    assert [letter["cluster"] for letter in told] == [cluster_id] * 4
    assert {letter["reason"] for letter in told} == {"not JSON"}
    assert (told[0]["bytes"], told[0]["body"]) == (5, "\\x1b[2J{")
    shown = run("show", told[3]["id"]).output
    assert "times  2" in shown
    assert json.loads(run("show", told[0]["id"], "--json").output)["times"] == 1
    assert "could not be found" in run("show", "nobody").output


def test_they_are_retried_and_dropped(broker: AmqpHints, run: Run) -> None:
    cluster_id = parked(broker, b"1", b"2", b"3", b"4")
    ids = [letter.id for letter in broker.parked()]
    assert run("retry", ids[1]).output == "1 delivered again.\n"
    channel = broker.open(cluster_id)
    (delivery,) = channel.receive(1, 20)
    assert delivery.body == b"2"
    channel.settle([delivery])
    channel.close()
    assert run("drop", ids[0], ids[2]).output == "2 dropped.\n"
    assert [letter.body for letter in broker.parked()] == [b"4"]
    assert run("drop", "--all").output == "1 dropped.\n"
    assert run("drop", "--all").output == "0 dropped.\n"


@pytest.mark.parametrize(
    "words", [("drop",), ("retry",), ("drop", "x", "--all"), ("retry", "unknown")]
)
def test_it_asks_which(broker: AmqpHints, run: Run, words: tuple[str, ...]) -> None:
    parked(broker, b"1")
    result = run(*words)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert len(broker.parked()) == 1


def test_without_a_broker_it_says_so(sqlite_database_url: str, tmp_path: Path) -> None:
    assert "no broker" in runner(sqlite_database_url, tmp_path, "inprocess", "")("list").output
    gone = runner(sqlite_database_url, tmp_path, "amqp", "amqp://guest:secret@127.0.0.1:1//")
    result = gone("list")
    assert result.exit_code == 1
    assert "The broker" in result.output
    assert "secret" not in result.output
