"""Who hears whom on one bridge."""

import pytest

from tests.nodes.packets import frames
from tests.nodes.packets.documents import document
from tests.nodes.packets.guest import Guest, hears
from tests.nodes.packets.node import PacketNode

RED, BLUE = "aa:0d:01", "aa:0d:02"
ENDS = ("aa:0d:01:00:00:01", "aa:0d:01:00:00:02")
ADDRESSES = ("10.0.0.1", "10.0.0.2")


def test_those_of_a_network_talk_and_those_of_another_do_not(packet_node: PacketNode) -> None:
    first = packet_node.guest(1, RED, "10.0.0.1/24", "2001:db8::1/64")
    second = packet_node.guest(2, RED, "10.0.0.2/24", "2001:db8::2/64")
    stranger = packet_node.guest(3, BLUE, "10.0.0.3/24", "2001:db8::3/64")
    for guest in (first, second, stranger):
        packet_node.api.say(document(guest.port, guest.mac, guest.addresses))
        packet_node.up(guest)
    for version in (4, 6):
        for kind in ("icmp", "tcp", "udp"):
            assert first.reaches(second, kind, 1234, version), (kind, version)
            assert not first.reaches(stranger, kind, 1234, version), (kind, version)


@pytest.fixture(scope="module")
def three(shared_node: PacketNode) -> tuple[Guest, Guest, Guest]:
    """Two tenants with the same subnet on one bridge; the third guest is the other's."""
    made = [
        shared_node.guest(number, prefix, address)
        for number, prefix, address in (
            (1, RED, "10.0.0.1/24"),
            (2, RED, "10.0.0.2/24"),
            (3, BLUE, "10.0.0.1/24"),
        )
    ]
    for guest in made:
        shared_node.api.say(document(guest.port, guest.mac, guest.addresses))
        shared_node.up(guest)
    return made[0], made[1], made[2]


def test_broadcasts_stay_in_the_network(three: tuple[Guest, Guest, Guest]) -> None:
    first, second, stranger = three
    call = frames.arp(first.mac, first.mac, first.v4)
    assert hears(second, first, call)
    assert not hears(stranger, first, call)
    group = ("33:33:00:00:00:01", first.mac)
    lines = frames.ethernet(*group, frames.IP4, frames.udp(ENDS, ADDRESSES, (1, 2))[14:])
    assert hears(second, first, lines)
    assert not hears(stranger, first, lines)


def test_a_guest_cannot_send_into_another_network(three: tuple[Guest, Guest, Guest]) -> None:
    first, second, stranger = three
    assert hears(second, first, frames.udp((first.mac, second.mac), ADDRESSES, (1, 2)))
    assert not hears(stranger, first, frames.udp((first.mac, stranger.mac), ADDRESSES, (1, 2)))
    # Nor is it an eavesdropper: what is for another does not come, wherever the bridge sends it.
    elsewhere = frames.udp((first.mac, "aa:0d:01:00:00:99"), ADDRESSES, (1, 2))
    assert not hears(second, first, elsewhere)


def test_the_same_addresses_do_not_meet(three: tuple[Guest, Guest, Guest]) -> None:
    first, second, stranger = three
    assert second.reaches(first, "tcp", 1234)
    assert not second.reaches(stranger, "tcp", 1235)
    assert not stranger.pings(second.v4)
