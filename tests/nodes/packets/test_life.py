"""Interfaces come and go, daemons die, the API is away: the filter is as it should be."""

import time
from collections.abc import Iterator

import pytest

from tests.harness.processes import wait_until
from tests.nodes.packets.documents import OUTWARD, document
from tests.nodes.packets.guest import Guest
from tests.nodes.packets.node import PacketNode

RED = "aa:0d:01"
NOWHERE = "http://192.0.2.1:9"  # nobody answers, not even with a refusal
WALL = [OUTWARD]


@pytest.fixture
def node(packet_node: PacketNode) -> Iterator[PacketNode]:
    yield packet_node
    if packet_node.daemon:
        assert "Traceback" not in packet_node.log


@pytest.fixture
def pair(node: PacketNode) -> tuple[Guest, Guest]:
    first, second = (node.guest(n, RED, f"10.0.0.{n}/24") for n in (1, 2))
    for guest in (first, second):
        node.api.say(document(guest.port, guest.mac, guest.addresses))
        node.up(guest)
    return first, second


def started(node: PacketNode) -> None:
    """It has applied everything, and looked."""
    asked = node.api.asked
    node.start()
    wait_until(lambda: node.api.asked > asked, "a look", seconds=8)


def test_no_trace_of_an_interface_that_has_gone(node: PacketNode) -> None:
    node.start()
    guest, other = node.guest(1, RED, "10.0.0.1/24"), node.guest(2, RED, "10.0.0.2/24")
    node.api.say(document(other.port, other.mac, other.addresses))
    node.up(other)
    before = node.rules()
    node.api.say(document(guest.port, guest.mac, guest.addresses, layers=[[*OUTWARD]]))
    node.up(guest)
    assert guest.reaches(other, "tcp", 1234)
    assert guest.tap in node.rules()
    node.run("ip", "link", "del", guest.tap)
    # Flows go after the rules, and have the number of a device that is gone.
    wait_until(lambda: node.rules() == before, "an end of its rules and flows", seconds=8)
    known = f"/run/cyclades/interfaces/{guest.tap}"
    wait_until(lambda: not node.has(known), "an end of what was known of it", seconds=8)


def test_a_name_that_is_used_again_has_nothing_of_before(node: PacketNode) -> None:
    """Nobody has seen that the first one went."""
    old = node.guest(1, RED, "10.0.0.1/24")
    node.api.say(document(old.port, old.mac, old.addresses))
    node.up(old)
    node.run("ip", "link", "del", old.tap)
    foreign = node.guest(1, "52:54:00", "10.0.0.9/24")
    node.up(foreign, INTERFACE_NAME="somebody-elses")
    assert foreign.tap not in node.rules()
    other = node.guest(2, "52:54:00", "10.0.0.8/24")
    node.up(other, INTERFACE_NAME="")
    assert foreign.reaches(other, "tcp", 1234)  # those are none of our business


def test_applying_again_changes_nothing(node: PacketNode, pair: tuple[Guest, Guest]) -> None:
    before = node.rules()
    node.up(pair[0])
    assert node.rules() == before
    node.start()
    assert node.daemon
    node.daemon.send_signal(1)
    asked = node.api.asked
    wait_until(lambda: node.api.asked > asked + 1, "two more looks", seconds=8)
    assert node.rules() == before
    assert pair[0].reaches(pair[1], "tcp", 1234)


def test_rules_that_somebody_has_flushed_come_back(
    node: PacketNode, pair: tuple[Guest, Guest]
) -> None:
    started(node)
    before = node.rules()
    node.run("nft", "flush", "ruleset")
    wait_until(lambda: node.rules() == before, "the rules", seconds=8)


def test_without_a_document_nothing_passes_until_there_is_one(node: PacketNode) -> None:
    node.start()
    first, second = node.guest(1, RED, "10.0.0.1/24"), node.guest(2, RED, "10.0.0.2/24")
    node.api.say(document(second.port, second.mac, second.addresses))
    for guest in (first, second):
        node.up(guest)
    assert not first.reaches(second, "icmp")
    node.api.say(document(first.port, first.mac, first.addresses))
    wait_until(lambda: first.reaches(second, "icmp"), "the way", seconds=8)
    del node.api.documents[first.port]
    wait_until(lambda: not first.reaches(second, "icmp"), "its end", seconds=8)


def test_a_document_of_another_mac_is_not_believed(node: PacketNode) -> None:
    first, second = node.guest(1, RED, "10.0.0.1/24"), node.guest(2, RED, "10.0.0.2/24")
    node.api.say(document(first.port, second.mac, first.addresses))
    node.api.say(document(second.port, second.mac, second.addresses))
    for guest in (first, second):
        node.up(guest)
    assert not first.reaches(second, "icmp")


@pytest.mark.parametrize("away", ["refuses", "is silent", "does not know us"])
def test_while_the_api_is_away_the_last_word_holds(
    node: PacketNode, pair: tuple[Guest, Guest], away: str
) -> None:
    first, second = pair
    node.api.say(document(second.port, second.mac, second.addresses, layers=WALL))
    node.up(second)
    if away == "refuses":
        node.api.close()
    elif away == "is silent":
        node.space.run("ip", "link", "add", "out", "type", "veth", "peer", "name", "in")
        node.space.run("ip", "address", "add", "192.0.2.2/24", "dev", "out")
        node.space.run("ip", "link", "set", "out", "up")
        node.write_conf(NOWHERE)
    else:
        node.api.key = "another"
    stranger = node.guest(3, RED, "10.0.0.3/24")
    for guest in (second, stranger):
        begun = time.monotonic()
        node.up(guest)
        assert time.monotonic() - begun < 4  # 1.5 for the API; the rest is a slow machine's
    assert second.reaches(first, "tcp", 1234)
    assert not first.reaches(second, "tcp", 1234)
    assert not first.reaches(stranger, "icmp")


def test_a_daemon_that_is_killed_leaves_all_in_force_and_catches_up(
    node: PacketNode, pair: tuple[Guest, Guest]
) -> None:
    first, second = pair
    started(node)
    before = node.rules()
    node.kill()
    assert node.rules() == before
    assert first.reaches(second, "tcp", 1234)
    node.api.say(document(second.port, second.mac, second.addresses, layers=WALL))
    node.run("ip", "link", "del", first.tap)
    node.start()
    wait_until(lambda: first.tap not in node.rules(), "an end of its rules", seconds=8)
    wait_until(lambda: "jump {" in node.rules() or "drop" in node.rules(), "a wall", seconds=8)


def test_a_start_without_a_filter_fails(node: PacketNode) -> None:
    guest = node.guest(1, RED, "10.0.0.1/24")
    with pytest.raises(AssertionError, match="NftTrouble"):
        node.up(guest, INTERFACE="no-such-device-as-this-one")


def test_what_could_not_be_applied_is_tried_again(
    node: PacketNode, pair: tuple[Guest, Guest]
) -> None:
    """For a while nft refuses everything."""
    first, second = pair
    node.start()
    node.run("mount", "--bind", "/bin/false", "/usr/sbin/nft")
    node.api.say(document(second.port, second.mac, second.addresses, layers=WALL))
    wait_until(lambda: "applying" in node.log, "trouble", seconds=8)
    assert first.reaches(second, "tcp", 1234)
    node.run("umount", "--lazy", "/usr/sbin/nft")
    wait_until(lambda: not first.reaches(second, "tcp", 1234), "the wall", seconds=8)
    wait_until(lambda: "works again" in node.log, "a word about it", seconds=8)
