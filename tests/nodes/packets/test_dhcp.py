"""Addresses, routes and names from the node, to real clients."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.harness.processes import wait_until
from tests.nodes.packets import dhclient
from tests.nodes.packets.documents import document
from tests.nodes.packets.guest import SOON, Guest, until
from tests.nodes.packets.node import PacketNode
from tests.nodes.packets.subnets import subnet4, subnet6

RED, BLUE = "aa:0d:01", "aa:0d:02"
SERVER = "169.254.169.254"


@pytest.fixture
def node(packet_node: PacketNode) -> Iterator[PacketNode]:
    packet_node.start()
    yield packet_node
    assert "Traceback" not in packet_node.log


def server(node: PacketNode, guest: Guest, subnets: list[dict[str, Any]], **more: Any) -> None:
    """Up, with an address in the document and none on its interface; served when it returns."""
    addresses = [one["address"] for one in subnets if one["address"]]
    node.api.say(document(guest.port, guest.mac, addresses, subnets=subnets, **more))
    node.up(guest)
    wait_until(lambda: "dnsmasq" in node.run("sh", "-c", NETWORKS), "a server", seconds=8)


NETWORKS = "cat /run/cyclades/dhcp/*/pid | while read p; do tr '\\0' ' ' </proc/$p/cmdline; done"


def test_a_client_gets_its_address_routes_and_names(node: PacketNode, tmp_path: Path) -> None:
    guest = node.guest(1, RED)
    server(
        node,
        guest,
        [subnet4()],
        hostname="web",
        domain="example.test",
        dhcp_options=[
            {"name": "ntp-server", "value": "10.0.0.9", "version": 4},
            {"name": "no-such-option", "value": "1", "version": 4},
        ],
    )
    lease = dhclient.ask(guest, tmp_path / "etc")
    assert "10.0.0.1/24" in guest.ip("address", "show", "eth0")
    routes = guest.ip("route")
    assert "default via 10.0.0.254" in routes
    assert f"{SERVER} dev eth0 scope link" in routes
    assert "10.9.0.0/16 via 10.0.0.253" in routes
    assert f"nameserver {SERVER}" in lease.resolv
    assert "search example.test" in lease.resolv
    assert lease.option("host-name") == '"web"'
    assert lease.option("ntp-servers") == "10.0.0.9"
    assert lease.option("interface-mtu") == "1500"
    assert resolves(guest, "web.example.test") == "10.0.0.1"


def test_overlapping_networks_on_one_bridge_are_served_apart(
    node: PacketNode, tmp_path: Path
) -> None:
    red, blue = node.guest(1, RED), node.guest(2, BLUE)
    server(node, red, [subnet4()], hostname="red")
    server(node, blue, [subnet4(5, gateway=None, dns=["10.0.0.53"])], network=2, hostname="blue")
    wait_until(lambda: node.run("ip", "netns").count("cyd") == 2, "two servers", seconds=8)
    leases = [dhclient.ask(guest, tmp_path / "etc") for guest in (red, blue)]
    assert [lease.option("host-name") for lease in leases] == ['"red"', '"blue"']
    for guest in (red, blue):
        assert "10.0.0.1/24" in guest.ip("address", "show", "eth0")
    assert "nameserver 10.0.0.53" in leases[1].resolv
    assert "default" not in blue.ip("route")


def test_slaac_by_router_advertisement(node: PacketNode) -> None:
    guest = node.guest(1, RED)
    own = "2001:db8::a80d:1ff:fe00:1"
    server(node, guest, [subnet6("slaac", address=own)])
    wait_until(lambda: own in guest.ip("-6", "address", "show", "eth0"), "an address", seconds=15)
    assert "default" not in guest.ip("-6", "route")  # that one is the router's to announce


@pytest.mark.parametrize("length", [64, 124])
def test_a_lease_by_dhcpv6(node: PacketNode, tmp_path: Path, length: int) -> None:
    guest, cidr = node.guest(1, RED), f"2001:db8::/{length}"
    server(node, guest, [subnet6("dhcpv6-stateful", dns=["2001:db8::53"], cidr=cidr)])
    wait_until(lambda: "tentative" not in guest.ip("address", "show", "eth0"), "an end of DAD")
    lease = dhclient.ask(guest, tmp_path / "etc", version=6)
    assert "2001:db8::1/" in guest.ip("-6", "address", "show", "eth0")
    assert lease.option("dhcp6.name-servers") == "2001:db8::53"


def test_it_ends_with_the_last_port_and_only_if_the_subnet_says_so(node: PacketNode) -> None:
    guest, other = node.guest(1, RED), node.guest(2, BLUE)
    server(node, guest, [subnet4()])
    node.api.say(document(other.port, other.mac, ["10.0.0.2"], 2, subnets=[subnet4(5, dhcp=False)]))
    node.up(other)
    assert node.run("ip", "netns").count("cyd") == 1
    node.run("ip", "link", "del", guest.tap)
    wait_until(lambda: "cyd" not in node.run("ip", "netns"), "an end", seconds=8)
    assert "cyd" not in node.run("ip", "link") + node.rules()
    assert node.run("sh", "-c", "ls /run/cyclades/dhcp") == ""


def test_it_goes_on_without_the_daemon_and_is_found_again(node: PacketNode, tmp_path: Path) -> None:
    guest = node.guest(1, RED)
    server(node, guest, [subnet4()])
    before = node.run("sh", "-c", "cat /run/cyclades/dhcp/*/pid")
    node.kill()
    dhclient.ask(guest, tmp_path / "etc")
    node.start()
    guest.ip("address", "flush", "dev", "eth0")
    dhclient.ask(guest, tmp_path / "etc")
    assert node.run("sh", "-c", "cat /run/cyclades/dhcp/*/pid") == before


def test_names_of_the_world_are_what_the_node_knows(node: PacketNode) -> None:
    guest = node.guest(1, RED, "10.0.0.1/24")
    server(node, guest, [subnet4(routes=[])])
    guest.ip("route", "add", f"{SERVER}/32", "dev", "eth0")
    asked: list[bytes] = []
    with closing(node.space.socket(socket.AF_INET, socket.SOCK_DGRAM)) as world:
        world.bind(("127.0.0.1", 53))
        world.settimeout(8)

        def answer() -> None:
            while True:
                question, whence = world.recvfrom(500)
                asked.append(question)
                head = question[:2] + bytes.fromhex("818000010001")  # one answer
                name = question[12 : question.index(b"\0", 12) + 5]
                said = bytes.fromhex("c00c00010001000000050004") + socket.inet_aton("192.0.2.80")
                world.sendto(head + bytes(4) + name + said, whence)

        thread = threading.Thread(target=suppressing(answer), daemon=True)
        thread.start()
        wait_until(lambda: asks(guest, "www.example.org") == "192.0.2.80", "a name", seconds=8)
    assert asked


def test_what_a_server_says_stays_on_the_node_and_in_the_network(
    node: PacketNode, tmp_path: Path
) -> None:
    """Neither the wire to other nodes nor another tenant hears it, nor can ask it."""
    guest, other, wire = node.guest(1, RED), node.guest(2, BLUE, "10.0.0.2/24"), node.guest(9, RED)
    server(node, guest, [subnet4(), subnet6("dhcpv6-stateful")])
    node.api.say(document(other.port, other.mac, other.addresses, 2, secure=False))
    node.up(other)
    node.run("ip", "link", "set", wire.tap, "master", "prv0", "up")
    wire.ip("link", "set", "eth0", "up")
    with closing(wire.wire()) as far, closing(other.wire()) as near:
        dhclient.ask(guest, tmp_path / "etc")
        wire.ip("address", "add", "10.0.0.3/24", "dev", "eth0")
        wire.ip("route", "add", f"{SERVER}/32", "dev", "eth0")
        assert asks(wire, "web.example.test") == ""
        heard = [*until(far, SOON), *until(near, SOON)]
    told = node.run("ip", "-n", node.run("ip", "netns").split()[0], "-o", "link", "show", "eth0")
    mac = bytes.fromhex(told.split("link/ether ")[1][:17].replace(":", ""))
    assert heard
    assert not [frame for frame in heard if frame[6:12] == mac]


def suppressing(act: Callable[[], None]) -> Callable[[], None]:
    """The socket is closed under it at the end."""

    def acting() -> None:
        with suppress(OSError):
            act()

    return acting


def asks(guest: Guest, name: str) -> str:
    """What DNS says, or nothing."""
    try:
        return resolves(guest, name)
    except OSError:
        return ""


def resolves(guest: Guest, name: str) -> str:
    """By asking the server itself."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    question = struct.pack("!HHHHHH", 7, 0x100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"
    with closing(guest.space.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asking:
        asking.settimeout(SOON)
        asking.sendto(question, (SERVER, 53))
        return socket.inet_ntoa(asking.recv(500)[-4:])
