"""A client of the network API that makes things in one line."""

from typing import Any

import pytest

from tests.harness.api import Client

BASE = "/network/v2.0"


class Network:
    """`net.make("port", network_id=...)`, `net.call("GET", "/ports")`."""

    def __init__(self, api: Client) -> None:
        self.api = api

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        return self.api.call(method, BASE + path, body, **more)

    def make(self, noun: str, *, token: str = "member", **attributes: Any) -> dict[str, Any]:
        path = f"/{noun.replace('_', '-')}s"
        made = self.call("POST", path, {noun: attributes}, token=token, status=201)
        body: dict[str, Any] = made.json[noun]
        return body

    def wired(self, **subnet: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """A network with an IPv4 subnet."""
        network = self.make("network", name="n")
        wanted = {"cidr": "10.77.0.0/24", "ip_version": 4, "network_id": network["id"]} | subnet
        return network, self.make("subnet", **wanted)

    def ids(self, path: str, **more: Any) -> list[str]:
        answer = self.call("GET", path, status=200, **more).json
        (name,) = [key for key in answer if not key.endswith("_links")]
        return [each["id"] for each in answer[name]]

    def refused(self, method: str, path: str, body: Any, status: int, **more: Any) -> str:
        """The type of the error."""
        answer = self.call(method, path, body, status=status, **more)
        assert set(answer.json["NeutronError"]) == {"type", "message", "detail"}
        return str(answer.json["NeutronError"]["type"])


@pytest.fixture
def net(api: Client) -> Network:
    return Network(api)


@pytest.fixture
def each_net(each_api: Client) -> Network:
    return Network(each_api)
