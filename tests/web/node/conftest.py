"""A cloud, and a node of its cluster that asks what it must know."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.api import Client, client_of
from tests.harness.cloud import Cloud, cloud, each_cloud, postgres_cloud

__all__ = ["cloud", "each_cloud", "postgres_cloud"]
PORTS = "/node/v1/ports"


@dataclass(slots=True)
class Node:
    """A node of a cluster, and the ports that it asks for."""

    api: Client
    key: str
    cursor: str = ""

    def ask(self, known: Mapping[str, str], cursor: str | None = None, status: int = 200) -> Any:
        """The ports of the answer; the next question has its cursor."""
        body = {"ports": dict(known), "cursor": self.cursor if cursor is None else cursor}
        headers = {"Authorization": f"Bearer {self.key}"}
        said = self.api.call("POST", PORTS, body, token=None, headers=headers, status=status).json
        if status == 200:
            self.cursor = said["cursor"]
        return said.get("ports", said)


@pytest.fixture
def node(cloud: Cloud) -> Node:
    return Node(client_of(cloud.app), key_of(cloud))


def key_of(cloud: Cloud, cluster: str = "one") -> str:
    return cloud.app.atomically(lambda unit: unit.node_keys.make(cluster))


def port_of(cloud: Cloud, server_id: str) -> str:
    with cloud.app.reader() as unit:
        (port,) = unit.port_rows.of_device(server_id)
    return port.id
