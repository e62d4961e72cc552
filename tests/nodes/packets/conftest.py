"""One node for each test; what it needs of the machine is a kernel and root."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nodes.packets.node import PacketNode


@pytest.fixture(scope="module")
def shared_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PacketNode]:
    """For tests that leave it as it was."""
    node = PacketNode(tmp_path_factory.mktemp("node"))
    yield node
    node.close()


@pytest.fixture
def packet_node(tmp_path: Path) -> Iterator[PacketNode]:
    node = PacketNode(tmp_path / "node")
    yield node
    node.close()
