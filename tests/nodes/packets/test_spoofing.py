"""What a guest says that is not so is not heard; the same said truly is."""

import json
import socket
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.processes import wait_until
from tests.nodes.packets import frames
from tests.nodes.packets.documents import document
from tests.nodes.packets.guest import SOON, Guest, hears
from tests.nodes.packets.node import PacketNode

RED = "aa:0d:01"
OTHER_MAC = "aa:0d:01:00:00:77"
OUTSIDE_MAC = "aa:0d:09:00:00:77"
LINK_LOCAL = "fe80::a80d:1ff:fe00:1"  # of the one who speaks
OTHERS = {4: "10.0.0.77", 6: "2001:db8::77"}


@dataclass(frozen=True, slots=True)
class Pair:
    speaker: Guest
    listener: Guest
    node: PacketNode

    @property
    def macs(self) -> tuple[str, str]:
        return self.speaker.mac, self.listener.mac

    def passes(self, frame: bytes) -> bool:
        return hears(self.listener, self.speaker, frame)


@pytest.fixture(scope="module")
def guests(shared_node: PacketNode) -> tuple[Guest, Guest]:
    first, second = (
        shared_node.guest(n, RED, f"10.0.0.{n}/24", f"2001:db8::{n}/64") for n in (1, 2)
    )
    shared_node.api.say(document(second.port, second.mac, second.addresses))
    shared_node.up(second)
    return first, second


@pytest.fixture
def pair(shared_node: PacketNode, guests: tuple[Guest, Guest]) -> Pair:
    first, second = guests
    shared_node.api.say(document(first.port, first.mac, first.addresses))
    shared_node.up(first)
    return Pair(first, second, shared_node)


def test_macs(pair: Pair) -> None:
    ends = (pair.speaker.v4, pair.listener.v4)
    assert pair.passes(frames.udp(pair.macs, ends, (1, 2)))
    assert not pair.passes(frames.udp((OTHER_MAC, pair.listener.mac), ends, (1, 2)))
    assert not pair.passes(frames.udp((OUTSIDE_MAC, pair.listener.mac), ends, (1, 2)))


def test_frames_that_are_not_ip_or_arp(pair: Pair) -> None:
    frame = frames.udp(pair.macs, ("10.0.0.1", "10.0.0.2"), (1, 2))
    # A tag that the kernel understands is shown beside the frame, not in it.
    assert not hears(pair.listener, pair.speaker, frames.tagged(frame, 1), frame)
    assert not pair.passes(frames.ethernet(frames.EVERYBODY, pair.speaker.mac, 0x88CC, bytes(50)))


def test_a_server_that_has_moved_tells_the_switches(pair: Pair) -> None:
    switch = pair.node.guest(9, "52:54:00")
    pair.node.run("ip", "link", "set", switch.tap, "master", "prv0", "up")
    switch.ip("link", "set", "eth0", "up")
    moved = frames.ethernet(frames.EVERYBODY, pair.speaker.mac, 0x8035, bytes(46))
    assert hears(switch, pair.speaker, moved)


@pytest.mark.parametrize("version", [4, 6])
def test_addresses(pair: Pair, version: int) -> None:
    own, other = (g.v4 if version == 4 else g.v6 for g in (pair.speaker, pair.listener))
    assert pair.passes(frames.udp(pair.macs, (own, other), (1, 2)))
    assert not pair.passes(frames.udp(pair.macs, (OTHERS[version], other), (1, 2)))
    assert not pair.passes(frames.udp(pair.macs, (other, other), (1, 2)))


def test_link_local_addresses_of_others(pair: Pair) -> None:
    group = (pair.speaker.mac, frames.ALL_NODES[0])
    assert pair.passes(frames.udp(group, (LINK_LOCAL, "ff02::1"), (1, 2)))
    assert not pair.passes(frames.udp(group, ("fe80::1", "ff02::1"), (1, 2)))


def test_arp(pair: Pair) -> None:
    mac, own = pair.speaker.mac, pair.speaker.v4
    assert pair.passes(frames.arp(mac, mac, own))
    assert pair.passes(frames.arp(mac, mac, "0.0.0.0", operation=1))
    assert not pair.passes(frames.arp(mac, mac, pair.listener.v4))
    assert not pair.passes(frames.arp(mac, OTHER_MAC, own))


def test_neighbour_discovery(pair: Pair) -> None:
    mac, own = pair.speaker.mac, pair.speaker.v6
    assert pair.passes(frames.advert(mac, own, own, mac))
    assert not pair.passes(frames.advert(mac, own, pair.listener.v6, mac))
    assert not pair.passes(frames.advert(mac, own, own, OTHER_MAC))
    assert pair.passes(frames.solicit(mac, own, pair.listener.v6, mac))
    assert not pair.passes(frames.solicit(mac, own, pair.listener.v6, OTHER_MAC))
    assert not pair.passes(frames.solicit(mac, pair.listener.v6, own, mac))


def test_nobody_is_a_router_or_a_dhcp_server(pair: Pair) -> None:
    mac, own = pair.speaker.mac, LINK_LOCAL
    assert not pair.passes(frames.router(mac, own))
    wide = (mac, frames.EVERYBODY)
    ends = (pair.speaker.v4, "255.255.255.255")
    for port in (67, 1067):
        assert not pair.passes(frames.udp(wide, ends, (port, 68)))
    assert pair.passes(frames.udp(wide, ends, (68, 67)))
    group = (mac, frames.ALL_NODES[0])
    for port in (547, 1547):
        assert not pair.passes(frames.udp(group, (own, "ff02::1"), (port, 546)))


def test_neighbour_discovery_in_pieces(pair: Pair) -> None:
    """What cannot be seen whole is not let through in the hope that nobody puts it together."""
    mac, own = pair.speaker.mac, LINK_LOCAL
    macs, ends = (mac, frames.ALL_NODES[0]), (own, "ff02::1")
    lie = frames.advert(mac, own, pair.listener.v6, mac)[54:]
    assert not pair.passes(frames.fragment(macs, ends, frames.ICMP6, lie[:16]))
    assert not pair.passes(frames.fragment(macs, ends, frames.ICMP6, lie[:24]))
    # A router's, that begins in the second piece.
    assert not pair.passes(
        frames.fragment(macs, ends, 60, bytes([frames.ICMP6, 0, 1, 4, 0, 0, 0, 0]))
    )
    assert pair.passes(frames.fragment(macs, ends, frames.UDP, bytes(16)))


def test_allowed_pairs(pair: Pair) -> None:
    guest = pair.speaker
    shared = [
        {"prefix": "10.0.0.77/32", "mac": guest.mac},
        {"prefix": "2001:db8::70/124", "mac": OTHER_MAC},
    ]
    pair.node.api.say(document(guest.port, guest.mac, guest.addresses, pairs=shared))
    pair.node.up(guest)
    assert pair.passes(frames.arp(guest.mac, guest.mac, OTHERS[4]))
    assert pair.passes(frames.udp(pair.macs, (OTHERS[4], pair.listener.v4), (1, 2)))
    other = (OTHER_MAC, pair.listener.mac)
    assert pair.passes(frames.udp(other, (OTHERS[6], pair.listener.v6), (1, 2)))
    assert not pair.passes(frames.udp(other, (OTHERS[4], pair.listener.v4), (1, 2)))
    assert pair.passes(frames.advert(OTHER_MAC, OTHERS[6], OTHERS[6], OTHER_MAC))
    assert not pair.passes(frames.advert(OTHER_MAC, OTHERS[6], OTHERS[6], guest.mac))


def test_without_port_security_only_the_prefix_holds(pair: Pair) -> None:
    guest = pair.speaker
    pair.node.api.say(document(guest.port, guest.mac, guest.addresses, secure=False))
    pair.node.up(guest)
    ends = (OTHERS[4], pair.listener.v4)
    assert pair.passes(frames.udp((OTHER_MAC, pair.listener.mac), ends, (1, 2)))
    assert not pair.passes(frames.udp((OUTSIDE_MAC, pair.listener.mac), ends, (1, 2)))


def test_without_port_security_a_guest_is_no_switch(pair: Pair) -> None:
    """Spanning trees of the operator's bridges are none of its business, nor what cables are."""
    guest = pair.speaker
    for one in (pair.speaker, pair.listener):
        pair.node.api.say(document(one.port, one.mac, one.addresses, secure=False))
        pair.node.up(one)
    tree = b"\x42\x42\x03" + bytes(40)
    assert not pair.passes(frames.ethernet("01:80:c2:00:00:00", guest.mac, len(tree), tree))
    assert not pair.passes(frames.ethernet("01:00:0c:cc:cc:cd", guest.mac, len(tree), tree))
    assert not pair.passes(frames.ethernet("01:80:c2:00:00:0e", guest.mac, 0x88CC, bytes(50)))
    assert pair.passes(frames.ethernet(frames.EVERYBODY, guest.mac, 0x88B5, bytes(50)))


@pytest.mark.parametrize("changes", [{"secure": False}, {"pairs": "of the other"}])
def test_nobody_asks_about_another(pair: Pair, changes: dict[str, Any]) -> None:
    """The node tells whoever has an address about the server with it, and what is its secret."""
    guest, server = pair.speaker, "169.254.169.254"
    if "pairs" in changes:
        changes = {"pairs": [{"prefix": "10.0.0.77/32", "mac": guest.mac}]}
    pair.node.api.say(document(guest.port, guest.mac, guest.addresses, **changes))
    pair.node.up(guest)
    assert pair.passes(frames.udp(pair.macs, (OTHERS[4], pair.listener.v4), (1, 2)))
    assert not pair.passes(frames.udp(pair.macs, (OTHERS[4], server), (1, 80)))


def test_the_node_itself_is_no_neighbour(pair: Pair) -> None:
    """Every bridge has an address of the link, and services of the node listen everywhere."""
    node, guest = pair.node, pair.speaker
    # On a bridge of its network's own; where several share one, the prefix is between them.
    node.api.say(document(guest.port, guest.mac, guest.addresses, mac_prefix=""))
    node.up(guest)
    device = json.loads(node.run("ip", "-j", "-6", "address", "show", "prv0", "scope", "link"))[0]
    address = device["addr_info"][0]["local"]
    scope = json.loads(guest.ip("-j", "link", "show", "eth0"))[0]["ifindex"]
    node.run("ip", "address", "replace", "2001:db8:1::1/128", "dev", "lo")
    guest.ip("route", "replace", "2001:db8:1::1/128", "via", address, "dev", "eth0")
    with closing(node.space.socket(socket.AF_INET6, socket.SOCK_STREAM)) as service:
        service.bind(("::", 1811))
        service.listen()
        wait_until(lambda: guest.pings(address, scope), "neighbours of the link")
        for ends in ((address, scope), ("2001:db8:1::1", 0)):
            with closing(guest.space.socket(socket.AF_INET6, socket.SOCK_STREAM)) as calling:
                calling.settimeout(SOON)
                calling.bind((LINK_LOCAL, 0, 0, scope))
                with pytest.raises(TimeoutError):
                    calling.connect((ends[0], 1811, 0, ends[1]))


@pytest.mark.parametrize("secure", [True, False])
def test_nobody_asks_for_groups_or_leads_the_node_out(pair: Pair, *, secure: bool) -> None:
    """What a bridge that others share, and the node's own stack, would believe."""
    guest, node = pair.speaker, pair.node
    for one in (pair.speaker, pair.listener):
        node.api.say(document(one.port, one.mac, one.addresses, secure=secure))
        node.up(one)
    assert pair.passes(frames.arp(guest.mac, guest.mac, guest.v4))
    assert not pair.passes(frames.query(guest.mac, LINK_LOCAL))
    assert not pair.passes(frames.query4(guest.mac, guest.v4))
    node.run("sysctl", "-q", "-w", "net.ipv6.conf.prv0.accept_ra=2")
    said = frames.router(guest.mac, LINK_LOCAL)
    assert pair.passes(said) is not secure
    assert "default" not in node.run("ip", "-6", "route", "show", "dev", "prv0")


def test_no_vlan_is_entered_without_port_security_either(pair: Pair) -> None:
    for guest in (pair.speaker, pair.listener):
        pair.node.api.say(document(guest.port, guest.mac, guest.addresses, secure=False))
        pair.node.up(guest)
    frame = frames.udp(pair.macs, (pair.speaker.v4, pair.listener.v4), (1, 2))
    assert pair.passes(frame)
    for kind in (0x8100, 0x88A8):
        assert not hears(pair.listener, pair.speaker, frames.tagged(frame, 7, kind), frame)
