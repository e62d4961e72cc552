"""How long a node remembers connections: the sets have room for so many."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.harness.processes import wait_until
from tests.nodes.packets import frames
from tests.nodes.packets.documents import OUTWARD, document, rule
from tests.nodes.packets.guest import SOON, Guest, hears
from tests.nodes.packets.node import PacketNode

RED = "aa:0d:01"
Pair = tuple[Guest, Guest]


@pytest.fixture(scope="module")
def pair(shared_node: PacketNode) -> Pair:
    """The first is behind its group, the second has none."""
    walled, other = (shared_node.guest(n, RED, f"10.0.0.{n}/24") for n in (1, 2))
    layers = [[*OUTWARD, rule("ingress", "tcp", (22, 22))]]
    shared_node.api.say(
        document(walled.port, walled.mac, walled.addresses, layers=layers),
        document(other.port, other.mac, other.addresses),
    )
    for guest in (walled, other):
        shared_node.up(guest)
    return walled, other


def connected(client: Guest, server: Guest, port: int) -> tuple[socket.socket, socket.socket]:
    with closing(server.space.socket(socket.AF_INET, socket.SOCK_STREAM)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((server.v4, port))
        listener.listen()
        calling = client.space.socket(socket.AF_INET, socket.SOCK_STREAM)
        calling.settimeout(5)
        calling.connect((server.v4, port))
        served, _ = listener.accept()
        served.settimeout(5)
        return calling, served


def kept(node: PacketNode, port: int) -> Iterator[int]:
    """Seconds for which flows with this port are remembered yet."""
    said = json.loads(node.run("nft", "-j", "list", "sets", "bridge"))["nftables"]
    for one in said:
        for element in one.get("set", {}).get("elem", []):
            if isinstance(element, dict) and port in element["elem"]["val"]["concat"]:
                yield element["elem"]["expires"]


@pytest.mark.parametrize("first", ["client", "server"])
@pytest.mark.parametrize(("inward", "port"), [(False, 80), (True, 22)])
def test_a_connection_that_has_ended_is_soon_forgotten(
    shared_node: PacketNode, pair: Pair, first: str, port: int, *, inward: bool
) -> None:
    """Whoever ends it, the last packet is none that would keep it for hours."""
    client, server = pair[::-1] if inward else pair
    calling, served = connected(client, server, port)
    with calling, served:
        calling.sendall(b"question")
        assert served.recv(8) == b"question"
        served.sendall(b"answer")
        assert calling.recv(6) == b"answer"
        number = calling.getsockname()[1]
        wait_until(lambda: max(kept(shared_node, number), default=0) > 3600, "an open connection")
        ends = (calling, served) if first == "client" else (served, calling)
        ends[0].shutdown(socket.SHUT_WR)
        assert not ends[1].recv(1)
        # Half of it is open yet, and carries what is said there.
        ends[1].sendall(b"farewell")
        assert ends[0].recv(8) == b"farewell"
        ends[1].shutdown(socket.SHUT_WR)
        assert not ends[0].recv(1)
    wait_until(lambda: 0 < max(kept(shared_node, number), default=0) <= 60, "it to be closing")


def test_whom_nobody_answers_is_soon_forgotten(shared_node: PacketNode, pair: Pair) -> None:
    """Else one guest alone could fill the sets of all, and keep them full."""
    walled, other = pair
    macs, ends = (walled.mac, other.mac), (walled.v4, "10.0.0.99")  # nobody's
    for _ in range(3):
        assert hears(other, walled, frames.acknowledgement(macs, ends, (4001, 4002)))
    assert 0 < max(kept(shared_node, 4001)) <= 30


def test_ports_that_are_used_again(shared_node: PacketNode, pair: Pair) -> None:
    """At once, by a connection of its own, which is one like any other."""
    walled, other = pair
    for _ in range(2):
        with (
            closing(other.space.socket(socket.AF_INET, socket.SOCK_STREAM)) as listener,
            closing(walled.space.socket(socket.AF_INET, socket.SOCK_STREAM)) as calling,
        ):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((other.v4, 81))
            listener.listen()
            # No waiting for what may come late: it is a reset that ends it.
            calling.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            calling.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            calling.settimeout(5)
            calling.bind((walled.v4, 4100))
            calling.connect((other.v4, 81))
            served, _ = listener.accept()
            with closing(served):
                served.settimeout(SOON * 10)
                calling.sendall(b"hello")
                assert served.recv(5) == b"hello"
                wait_until(lambda: max(kept(shared_node, 4100), default=0) > 3600, "it to be open")
        wait_until(lambda: 0 < max(kept(shared_node, 4100), default=0) <= 60, "it to be closing")
