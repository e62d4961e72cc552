"""What layers of rules open and close, both ways, for IPv4 and IPv6."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from tests.harness.processes import wait_until
from tests.nodes.packets import frames
from tests.nodes.packets.documents import OUTWARD, Rule, document, rule
from tests.nodes.packets.guest import SOON, Guest, family_of, hears
from tests.nodes.packets.node import PacketNode

RED = "aa:0d:01"
ECHO = {4: ("icmp", (8, None)), 6: ("ipv6-icmp", (128, 0))}


@dataclass(frozen=True, slots=True)
class Scene:
    """`walled` is behind its layers, `other` has none."""

    walled: Guest
    other: Guest
    node: PacketNode

    def layers(self, *layers: list[Rule]) -> None:
        """They hold when it returns."""
        guest = self.walled
        self.node.api.say(
            document(guest.port, guest.mac, guest.addresses, layers=[list(one) for one in layers])
        )
        self.node.up(guest)

    def opens(self, kind: str, port: int, version: int) -> bool:
        return self.other.reaches(self.walled, kind, port, version)


@pytest.fixture(scope="module")
def guests(shared_node: PacketNode) -> tuple[Guest, Guest]:
    first, second = (
        shared_node.guest(n, RED, f"10.0.0.{n}/24", f"2001:db8::{n}/64") for n in (1, 2)
    )
    shared_node.api.say(document(second.port, second.mac, second.addresses))
    shared_node.up(second)
    return first, second


@pytest.fixture
def scene(shared_node: PacketNode, guests: tuple[Guest, Guest]) -> Scene:
    first, second = guests
    shared_node.api.say(document(first.port, first.mac, first.addresses))
    shared_node.up(first)
    return Scene(first, second, shared_node)


@pytest.mark.parametrize("version", [4, 6])
def test_a_rule_opens_what_it_says(scene: Scene, version: int) -> None:
    scene.layers(
        [
            *OUTWARD,
            rule("ingress", "tcp", (80, 90), version),
            rule("ingress", "udp", (53, 53), version),
        ]
    )
    assert scene.opens("tcp", 85, version)
    assert scene.opens("udp", 53, version)
    assert not scene.opens("tcp", 91, version)
    assert not scene.opens("udp", 54, version)
    assert not scene.opens("icmp", 0, version)
    assert not scene.opens("tcp", 85, 10 - version)
    # What it begins itself is answered.
    assert scene.walled.reaches(scene.other, "tcp", 99, version)
    assert scene.walled.reaches(scene.other, "udp", 99, version)
    assert scene.walled.reaches(scene.other, "icmp", version=version)


@pytest.mark.parametrize("version", [4, 6])
def test_icmp_by_type_and_remote_by_address(scene: Scene, version: int) -> None:
    protocol, ports = ECHO[version]
    own = f"{scene.other.v4}/32" if version == 4 else f"{scene.other.v6}/128"
    elsewhere = "10.0.0.64/26" if version == 4 else "2001:db8::40/122"
    scene.layers(
        [
            *OUTWARD,
            rule("ingress", protocol, ports, version),
            rule("ingress", "tcp", (1, 65535), version, [own]),
            rule("ingress", "udp", None, version, [elsewhere]),
        ]
    )
    assert scene.opens("icmp", 0, version)
    assert scene.opens("tcp", 4242, version)
    assert not scene.opens("udp", 4242, version)


def test_every_layer_must_let_it_through(scene: Scene) -> None:
    everything = [*OUTWARD, rule("ingress"), rule("ingress", version=6)]
    profile = [*OUTWARD, rule("ingress", "tcp", (22, 22)), rule("ingress", "tcp", (22, 22), 6)]
    scene.layers(everything, profile)
    for version in (4, 6):
        assert scene.opens("tcp", 22, version)
        assert not scene.opens("tcp", 23, version)
        assert not scene.opens("udp", 22, version)


def test_what_goes_out_is_filtered_too(scene: Scene) -> None:
    scene.layers([rule("egress", "tcp", (443, 443)), rule("ingress", "tcp", (22, 22))])
    assert scene.walled.reaches(scene.other, "tcp", 443)
    assert not scene.walled.reaches(scene.other, "tcp", 80)
    assert not scene.walled.reaches(scene.other, "icmp")
    assert scene.opens("tcp", 22, 4)  # its answers pass without a rule


def test_an_empty_group_and_no_rules_let_nobody_in(scene: Scene) -> None:
    scene.layers([*OUTWARD, rule("ingress", "tcp", (22, 22), remote=[])])
    assert not scene.opens("tcp", 22, 4)
    scene.layers([])
    assert not scene.walled.reaches(scene.other, "icmp")
    assert not scene.walled.reaches(scene.other, "icmp", version=6)


def test_replies_to_another_are_not_replies(scene: Scene) -> None:
    scene.layers(OUTWARD)
    with closing(scene.walled.space.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asking:
        asking.bind((scene.walled.v4, 3000))
        asking.sendto(b"question", (scene.other.v4, 53))
        macs = (scene.other.mac, scene.walled.mac)
        ends = (scene.other.v4, scene.walled.v4)
        assert hears(scene.walled, scene.other, frames.udp(macs, ends, (53, 3000)))
        assert not hears(scene.walled, scene.other, frames.udp(macs, ends, (54, 3000)))
        assert not hears(scene.walled, scene.other, frames.udp(macs, ends, (53, 3001)))


@pytest.mark.parametrize("version", [4, 6])
def test_large_datagrams_go_both_ways(scene: Scene, version: int) -> None:
    """They are in fragments, of which only the first has ports."""
    scene.layers(OUTWARD)
    assert scene.walled.reaches(scene.other, "udp", 53, version, size=5000)
    assert not scene.other.reaches(scene.walled, "udp", 53, version, size=5000)


@pytest.mark.parametrize("version", [4, 6])
def test_errors_about_what_it_sent_arrive(scene: Scene, version: int) -> None:
    """A closed port is told at once, through a wall that lets no ICMP in."""
    scene.layers(OUTWARD)
    address = scene.other.v4 if version == 4 else scene.other.v6
    with closing(scene.walled.space.socket(family_of(address), socket.SOCK_DGRAM)) as asking:
        asking.settimeout(SOON)
        asking.connect((address, 4444))
        asking.send(b"question")
        with pytest.raises(ConnectionRefusedError):
            asking.recv(10)


@pytest.fixture
def live(scene: Scene) -> Iterator[Scene]:
    """With the daemon, that sees by itself what changes."""
    scene.node.start()
    yield scene
    assert "Traceback" not in scene.node.log


def test_a_change_holds_on_a_running_server(live: Scene) -> None:
    guest = live.walled
    closed = document(guest.port, guest.mac, guest.addresses, layers=[OUTWARD])
    opened = document(
        guest.port,
        guest.mac,
        guest.addresses,
        layers=[[*OUTWARD, rule("ingress", "tcp", (22, 22)), rule("ingress", "tcp", (22, 22), 6)]],
    )
    live.node.api.say(closed)
    wait_until(lambda: not live.opens("tcp", 22, 4), "the wall", seconds=6)
    live.node.api.say(opened)
    wait_until(lambda: live.opens("tcp", 22, 4), "the gate", seconds=6)
    kept, cut = connection(live, 22, 4), connection(live, 22, 6)
    live.node.api.say(
        document(
            guest.port,
            guest.mac,
            guest.addresses,
            layers=[[*OUTWARD, rule("ingress", "tcp", (20, 30))]],
        )
    )
    wait_until(lambda: not live.opens("tcp", 22, 6), "the wall for IPv6", seconds=6)
    assert echoes(*kept)
    assert not echoes(*cut)


def connection(scene: Scene, port: int, version: int) -> tuple[socket.socket, socket.socket]:
    address = scene.walled.v4 if version == 4 else scene.walled.v6
    with closing(scene.walled.space.socket(family_of(address), socket.SOCK_STREAM)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind((address, port))
        server.listen()
        client = scene.other.space.socket(family_of(address), socket.SOCK_STREAM)
        client.settimeout(SOON)
        client.connect((address, port))
        served, _ = server.accept()
    served.settimeout(SOON)
    return client, served


def echoes(client: socket.socket, served: socket.socket) -> bool:
    """From the server first: its rules let it, if the flow is one that there is."""
    with client, served:
        try:
            client.sendall(b"ping")
            return served.recv(4) == b"ping"
        except OSError:
            return False
