"""The hook: one file, no network, and Ganeti never hears of trouble."""

import fcntl
from statistics import median

import pytest

from cyclades.domain.model.hints import Hint, HintKind
from tests.nodes.conftest import NodeMaker
from tests.nodes.fake_node import FakeNode

OURS = "cluster-1"
BLACK_HOLE = "amqp://guest:guest@203.0.113.1:5672/"


def of_instance(name: str) -> Hint:
    return Hint(OURS, HintKind.INSTANCE, instance=name)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"INSTANCE_NAME": "vm1"}, [of_instance("vm1")]),
        (
            {"INSTANCE_NAME": "old", "INSTANCE_NEW_NAME": "new", "OP_CODE": "OP_INSTANCE_RENAME"},
            [of_instance("old"), of_instance("new")],
        ),
        ({"OBJECT_TYPE": "NETWORK", "NETWORK_NAME": "net1"}, [Hint(OURS, HintKind.SYNC)]),
        ({"HOOKS_PHASE": "pre", "INSTANCE_NAME": "vm1"}, []),
        ({"INSTANCE_NAME": "x" * 300}, [Hint(OURS, HintKind.SYNC)]),
    ],
    ids=["instance", "rename", "network", "before", "odd name"],
)
def test_what_it_tells(node: FakeNode, said: dict[str, str], told: list[Hint]) -> None:
    node.hook(**said)
    assert node.waiting() == told


def test_only_the_master_tells(node: FakeNode) -> None:
    node.say_master("node2")
    node.hook(INSTANCE_NAME="vm1")
    assert node.waiting() == []


def test_what_happened_first_is_told_first(node: FakeNode) -> None:
    for number in range(5):
        node.hook(INSTANCE_NAME=f"vm{number}")
    assert [hint.instance for hint in node.waiting()] == [f"vm{number}" for number in range(5)]


def test_it_takes_no_time_when_the_broker_is_a_black_hole(make_node: NodeMaker) -> None:
    node = make_node(broker=BLACK_HOLE)
    taken = [node.hook(INSTANCE_NAME="vm1") for _ in range(10)]
    assert max(taken) < 2
    assert median(taken) < 0.5


def test_a_spool_that_is_held_delays_nobody(node: FakeNode) -> None:
    node.hook(INSTANCE_NAME="vm1")
    with (node.conf.spool / ".lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert node.hook(INSTANCE_NAME="vm2") < 2
    assert [hint.instance for hint in node.waiting()] == ["vm1"]


def test_nothing_that_is_missing_or_wrong_is_an_error(node: FakeNode) -> None:
    conf = node.home / "cyclades.conf"
    for text in ("", "[cyclades]\ncluster = x\n", "nonsense", "[cyclades]\nfoo = bar\n"):
        conf.write_text(text)
        node.hook(INSTANCE_NAME="vm1")
    conf.unlink()
    node.hook(INSTANCE_NAME="vm1")
    node.write_conf()
    node.conf.spool.write_text("not a folder")
    node.hook(INSTANCE_NAME="vm1")
