"""What guests are told through their nodes: only the asking server's own."""

import base64
from typing import Any

import pytest

from cyclades.domain.model.network_cluster import name_in_clusters
from cyclades.domain.model.port import Port
from tests.harness.cloud import MEMBER, Cloud
from tests.web.node.conftest import Node, key_of

PATH = "/node/v1/metadata"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6zTuT9BVOsT5KVrBJLJRcCXUo6zpwoaYAPnY5zUnQ7 me"
DATA = base64.b64encode(b"#!/bin/sh\n").decode()


def only_port(cloud: Cloud, server_id: str) -> Port:
    (port,) = cloud.ports_of(server_id).values()
    return port


def ask(node: Node, network: str, ip: str, status: int = 200) -> Any:
    return put(node, {"network": network, "ip": ip}, status)


def put(node: Node, body: dict[str, Any], status: int) -> Any:
    headers = {"Authorization": f"Bearer {node.key}"}
    return node.api.call("POST", PATH, body, token=None, headers=headers, status=status).json


def test_a_guest_hears_what_its_owner_said_and_nothing_of_others(cloud: Cloud, node: Node) -> None:
    cloud.app.atomically(
        lambda unit: unit.keypairs.import_key(MEMBER, MEMBER.user_id, "mine", "ssh", KEY)
    )
    asking = cloud.running(name="Web 1", key_name="mine", user_data=DATA, metadata={"a": "b"})
    other = cloud.running()
    port = only_port(cloud, asking)
    name = name_in_clusters("cyclades-", port.network_id)
    said = ask(node, name, port.fixed_ips[0].ip_address)
    assert said["meta_data"]["uuid"] == asking
    assert said["meta_data"]["hostname"] == "web-1.openstacklocal"
    assert said["meta_data"]["public_keys"] == {"mine": KEY}
    assert said["meta_data"]["meta"] == {"a": "b"}
    assert (said["user_data"], said["vendor_data"]) == (DATA, {})
    assert said["network_data"]["links"][0]["ethernet_mac_address"] == port.mac
    assert said["ec2"]["local-ipv4"] == port.fixed_ips[0].ip_address
    theirs = ask(node, name, only_port(cloud, other).fixed_ips[0].ip_address)
    assert theirs["meta_data"]["uuid"] == other
    assert theirs["user_data"] is None


def test_a_foreign_address_is_as_missing_as_a_free_one(cloud: Cloud, node: Node) -> None:
    cloud.add_cluster("two")
    cloud.app.atomically(lambda unit: unit.cluster_register.drain("two", drained=True))
    server = cloud.running()
    port = only_port(cloud, server)
    name, ip = name_in_clusters("cyclades-", port.network_id), port.fixed_ips[0].ip_address
    elsewhere = Node(node.api, key_of(cloud, "two"))
    missing = [
        ask(*question, status=404)
        for question in (
            (elsewhere, name, ip),
            (node, name, "203.0.113.250"),
            (node, name, "no address"),
            (node, port.network_id, ip),
            (node, "cyclades-net-other", ip),
        )
    ]
    assert all(answer == missing[0] for answer in missing)
    cloud.delete(server)
    cloud.converge()
    assert ask(node, name, ip, status=404) == missing[0]
    with cloud.app.reader() as unit:
        assert unit.server_guests.repository.get(server).user_data == ""


@pytest.mark.parametrize(
    "body", [{"ip": None}, {"ip": 5}, {"network": ""}, {"ip": "1" * 65}, {"more": ""}]
)
def test_nonsense_is_refused(node: Node, body: dict[str, Any]) -> None:
    put(node, {"network": "net", "ip": "10.0.0.1"} | body, status=400)


def test_guests_of_nobody_we_know_hear_nothing(node: Node) -> None:
    node.key = "wrong"
    ask(node, "net", "10.0.0.1", status=401)
