"""Who may ask /node/v1/ports, and how."""

from typing import Any

import pytest

from tests.harness.cloud import Cloud
from tests.web.node.conftest import PORTS, Node, key_of, port_of


def test_who_has_no_key_learns_nothing(cloud: Cloud, node: Node) -> None:
    body = {"ports": {port_of(cloud, cloud.create()): ""}}
    for said in ("", "Bearer", "Bearer ", f"Basic {node.key}", "Bearer wrong", node.key):
        headers = {"Authorization": said} if said else {}
        for token in (None, "admin"):
            answer = node.api.call("POST", PORTS, body, token=token, headers=headers, status=401)
            assert "error" in answer.json
    old, node.key = node.key, key_of(cloud)
    assert node.ask({}) == {}
    Node(node.api, old).ask({}, status=401)
    cloud.app.atomically(lambda unit: unit.node_keys.revoke("one"))
    node.ask({}, status=401)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ports": []},
        {"ports": {"p": None}},
        {"ports": {"p": 1}},
        {"ports": {"p" * 65: ""}},
        {"ports": {"": ""}},
        {"ports": {"p": "d" * 65}},
        {"ports": {}, "cursor": 1},
        {"ports": {}, "cursor": "c" * 129},
        {"ports": {}, "more": 1},
        {"ports": {str(number): "" for number in range(1001)}},
    ],
)
def test_bad_bodies(node: Node, body: Any) -> None:
    headers = {"Authorization": f"Bearer {node.key}"}
    node.api.call("POST", PORTS, body, token=None, headers=headers, status=400)


@pytest.mark.parametrize("cursor", ["", "nonsense", "1-2", "1-2.other", "9" * 100, "0-0."])
def test_a_strange_cursor_is_none(cloud: Cloud, node: Node, cursor: str) -> None:
    port = port_of(cloud, cloud.create())
    assert node.ask({port: "old"}, cursor=cursor)[port]
