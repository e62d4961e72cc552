"""Nodes, and a queue of a real broker where their messages can be seen."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.nodes.fake_node import NOWHERE, FakeNode

NodeMaker = Callable[..., FakeNode]


@pytest.fixture
def make_node(tmp_path: Path) -> Iterator[NodeMaker]:
    """`make_node(name=..., cluster=..., broker=...)`; their watchers end with the test."""
    made: list[FakeNode] = []

    def make(name: str = "node1", cluster: str = "cluster-1", broker: str = NOWHERE) -> FakeNode:
        node = FakeNode(tmp_path / name, cluster, broker, name)
        made.append(node)
        return node

    yield make
    for node in made:
        node.kill()


@pytest.fixture
def node(make_node: NodeMaker) -> FakeNode:
    """The master, without a broker."""
    return make_node()
