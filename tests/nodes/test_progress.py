"""Progress of a build: best effort, and the pipe never feels it."""

import json
import subprocess
import time
from collections.abc import Iterator

import pytest
from cyclades_node.progress import Progress, understood

from tests.harness.rabbitmq import RabbitServer
from tests.nodes.conftest import NodeMaker
from tests.nodes.fake_node import PROGRAMS, FakeNode
from tests.nodes.listener import Listener


@pytest.mark.parametrize(
    ("line", "progress", "message"),
    [
        ('{"type": "image-copy-progress", "progress": 42.1}', 42, ""),
        ('{"type": "image-copy-progress", "progress": 100.4}', 100, ""),
        ('{"type": "image-copy-progress", "progress": -1}', 0, ""),
        ('{"type": "image-copy-progress", "progress": NaN}', None, ""),
        ('{"type": "image-copy-progress"}', None, ""),
        ('{"type": "image-info", "messages": ["one", "two"]}', None, "one two"),
        ('{"type": "image-error", "stderr": "it\\nbroke"}', None, "it broke"),
        ('{"type": "image-warning", "messages": {"odd": 1}}', None, "{'odd': 1}"),
        ('{"type": "image-helper", "subtype": "task-start", "task": "SSHKeys"}', None, "SSHKeys"),
        ('{"type": "image-helper", "subtype": "task-end", "task": "SSHKeys"}', None, ""),
        ('{"type": "image-helper", "subtype": "warning", "messages": ["odd"]}', None, "odd"),
        ('{"type": "image-helper"}', None, ""),
        ('{"type": ["odd"]}', None, ""),
        ("{}", None, ""),
        ("[" * 100_000, None, "[" * 500),
        ("Installing\tthe   system\n", None, "Installing the system"),
        ("17", None, "17"),
        ("\x1b[1m\x00", None, "[1m"),
        ("", None, ""),
    ],
)
def test_what_a_line_says(line: str, progress: int | None, message: str) -> None:
    assert understood(line) == (progress, message)


def test_of_many_percentages_the_last_counts_and_messages_keep_their_order() -> None:
    progress = Progress()
    for percent in range(50):
        progress.read(json.dumps({"type": "image-copy-progress", "progress": percent}))
    progress.read("one")
    progress.read("two")
    assert progress.next() == {"progress": 49, "message": "one"}
    assert progress.next() == {"message": "two"}
    assert not progress.waits()


@pytest.mark.parametrize("broker", ["amqp://u:p@127.0.0.1:1/", "amqp://u:p@203.0.113.1/"])
def test_a_broker_that_is_not_there_costs_a_build_nothing(
    make_node: NodeMaker, broker: str
) -> None:
    node = make_node(broker=broker)
    started = time.perf_counter()
    done = node.run("cyclades-progress", "vm1", fed="a line\n" * 100_000)
    assert done.returncode == 0
    assert time.perf_counter() - started < 10


def test_without_a_configuration_the_pipe_is_read_to_its_end(node: FakeNode) -> None:
    (node.home / "cyclades.conf").unlink()
    done = node.run("cyclades-progress", "vm1", fed="a line\n" * 100_000)
    assert done.returncode == 0
    assert "gives up" in done.stderr


@pytest.mark.parametrize("arguments", [(), ("two", "words\n")])
def test_without_a_name_it_gives_up(node: FakeNode, arguments: tuple[str, ...]) -> None:
    done = node.run("cyclades-progress", *arguments, fed="a line\n" * 1000)
    assert (done.returncode, "usage" in done.stderr) == (0, True)


@pytest.fixture
def listener(rabbitmq_server: RabbitServer) -> Iterator[Listener]:
    listener = Listener(rabbitmq_server)
    yield listener
    listener.close()


@pytest.mark.slow
def test_it_arrives_from_any_node(
    make_node: NodeMaker, listener: Listener, rabbitmq_server: RabbitServer
) -> None:
    node = make_node(cluster=listener.cluster, broker=rabbitmq_server.url())
    node.say_master("another")
    with subprocess.Popen(
        [PROGRAMS / "cyclades-progress", "vm1"],
        env={"CYCLADES_CONF": str(node.home / "cyclades.conf")},
        stdin=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        for percent in range(0, 101, 2):
            line = json.dumps({"type": "image-copy-progress", "progress": percent})
            running.stdin.write(line.encode() + b"\n")
            running.stdin.flush()
            time.sleep(0.03)  # the pace of a copy, not a wait for something
        running.stdin.write(b"All done\n")
    assert running.returncode == 0
    found = listener.take()
    assert {hint.instance for hint in found} == {"vm1"}
    percents = [hint.progress for hint in found if hint.progress is not None]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert len(found) < 12  # a few a second, of fifty
    assert [hint.message for hint in found if hint.message] == ["All done"]
