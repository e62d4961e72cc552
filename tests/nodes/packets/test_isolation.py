"""Who hears whom on one bridge."""

from tests.nodes.packets.documents import document
from tests.nodes.packets.node import PacketNode

RED, BLUE = "aa:0d:01", "aa:0d:02"


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
