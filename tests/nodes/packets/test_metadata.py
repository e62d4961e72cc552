"""Guests ask 169.254.169.254 about themselves, and hear of nobody else."""

import base64
import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.harness.processes import dying_with_us, stop, wait_until
from tests.nodes.packets.documents import document
from tests.nodes.packets.guest import Guest
from tests.nodes.packets.node import PROGRAMS, PacketNode
from tests.nodes.packets.subnets import subnet4

RED, BLUE = "aa:0d:01", "aa:0d:02"
SERVER = "169.254.169.254"
CURL = ("curl", "--silent", "--show-error", "--max-time", "5", "--output", "-")


def told(name: str, user_data: str | None = None) -> dict[str, Any]:
    encoded = base64.b64encode(user_data.encode()).decode() if user_data else None
    return {
        "meta_data": {"uuid": name, "hostname": f"{name}.example.test"},
        "network_data": {"links": []},
        "vendor_data": {},
        "user_data": encoded,
        "ec2": {
            "hostname": f"{name}.example.test",
            "public-keys": {"0": {"_name": "0=mine", "openssh-key": "ssh-ed25519 AAAA"}},
        },
    }


@pytest.fixture
def node(packet_node: PacketNode, tmp_path: Path) -> Iterator[PacketNode]:
    packet_node.start()
    with (tmp_path / "log").open("wb") as log:
        service = subprocess.Popen(
            dying_with_us(*packet_node.inside(PROGRAMS / "cyclades-metadata"), signal="KILL"),
            env=packet_node.environment,
            stderr=log,
        )
    yield packet_node
    stop(service, signal.SIGTERM)
    assert "Traceback" not in (tmp_path / "log").read_text()


def network_of(node: PacketNode, number: int) -> str:
    """Its name in the cluster."""
    documents = [one for one in node.api.documents.values() if one["port"].endswith(str(number))]
    return f"cyclades-net-{documents[0]['network']['id']}"


def up(node: PacketNode, number: int, prefix: str, **more: Any) -> Guest:
    """A guest that has 10.0.0.1 on a network of its own, and the way to the service."""
    guest = node.guest(number, prefix, "10.0.0.1/24")
    said = document(
        guest.port, guest.mac, ["10.0.0.1"], subnets=[subnet4(number)], network=number, **more
    )
    node.api.say(said)
    node.up(guest)
    guest.ip("route", "add", f"{SERVER}/32", "dev", "eth0")
    return guest


def ask(guest: Guest, path: str, *more: str) -> str:
    inside = ["nsenter", f"--net={guest.space.path}"]
    done = subprocess.run(
        [*inside, *CURL, *more, f"http://{SERVER}{path}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def hears_of(guest: Guest, name: str) -> bool:
    return name in ask(guest, "/openstack/latest/meta_data.json")


def test_each_guest_hears_of_itself_alone(node: PacketNode) -> None:
    red, blue = up(node, 1, RED), up(node, 2, BLUE)
    node.api.told[network_of(node, 1), "10.0.0.1"] = told("red", "#!/bin/sh\necho red\n")
    node.api.told[network_of(node, 2), "10.0.0.1"] = told("blue")
    for guest, name in ((red, "red"), (blue, "blue")):
        wait_until(partial(hears_of, guest, name), "metadata", seconds=10)
        said = json.loads(ask(guest, "/openstack/2018-08-27/meta_data.json"))
        assert said["uuid"] == name
        assert ask(guest, "/latest/meta-data/hostname") == f"{name}.example.test"
        assert ask(guest, "/latest/meta-data/public-keys/") == "0=mine"
    assert ask(red, "/latest/user-data") == "#!/bin/sh\necho red\n"
    status = ("--write-out", "%{http_code}")
    assert ask(blue, "/latest/user-data", *status).endswith("404")
    assert ask(blue, "/latest/meta-data/", "--request", "POST", *status).endswith("501")

    # Who takes another address is not heard at all: the node's filter is before the service.
    red.ip("address", "add", "10.0.0.2/24", "dev", "eth0")
    assert ask(red, "/latest/meta-data/hostname", "--interface", "10.0.0.2") == ""


def test_one_guest_cannot_keep_the_others_out(node: PacketNode) -> None:
    """Who opens connections and says nothing has a few; there is room for who asks."""
    guest, hog = up(node, 1, RED), node.guest(5, RED, "10.0.0.5/24")
    documents = document(
        hog.port, hog.mac, ["10.0.0.5"], subnets=[subnet4(1) | {"address": "10.0.0.5"}], network=1
    )
    node.api.say(documents)
    node.up(hog)
    hog.ip("route", "add", f"{SERVER}/32", "dev", "eth0")
    node.api.told[network_of(node, 1), "10.0.0.1"] = told("red")
    wait_until(partial(hears_of, guest, "red"), "metadata", seconds=10)
    wait_until(lambda: "Not Found" in ask(hog, "/"), "an answer", seconds=10)
    with ExitStack() as stack:
        for _ in range(150):
            silent = stack.enter_context(hog.space.socket(socket.AF_INET, socket.SOCK_STREAM))
            silent.settimeout(5)
            silent.connect((SERVER, 80))
        assert hears_of(guest, "red")


def test_without_the_api_it_says_so_and_comes_back(node: PacketNode) -> None:
    guest = up(node, 1, RED)
    status = ("--write-out", "%{http_code}")
    wait_until(lambda: ask(guest, "/", *status).endswith("404"), "an answer", seconds=10)
    node.api.close()
    wait_until(lambda: ask(guest, "/", *status).endswith("503"), "the truth", seconds=10)
    node.api.told[network_of(node, 1), "10.0.0.1"] = told("red")
    node.api.open()
    wait_until(lambda: "latest" in ask(guest, "/"), "a list of versions", seconds=10)
    node.run("ip", "link", "del", guest.tap)
    wait_until(lambda: "cyd" not in node.run("ip", "netns"), "the network's end", seconds=10)
