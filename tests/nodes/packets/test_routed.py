"""Servers without a bridge: routes, proxies, and the same filter."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.processes import wait_until
from tests.nodes.packets import frames
from tests.nodes.packets.documents import OUTWARD, SUBNET, document, rule
from tests.nodes.packets.guest import SOON, Guest, family_of, until
from tests.nodes.packets.node import PacketNode

TABLE = "100"
OUTSIDE4, OUTSIDE6 = "198.51.100.254", "2001:db8:f::254"


SUBNETS: list[dict[str, Any]] = [
    {
        "id": SUBNET.format(version),
        "cidr": cidr,
        "version": version,
        "gateway": gateway,
        "dhcp": False,
        "ra_mode": None,
        "address_mode": None,
        "dns": [],
        "routes": [],
        "address": None,
    }
    for version, cidr, gateway in (
        (4, "198.51.100.0/24", OUTSIDE4),
        (6, "2001:db8:f::/64", OUTSIDE6),
    )
]


@dataclass(frozen=True, slots=True)
class Site:
    """`outside` is a host on the wire that the table's default route leads to."""

    node: PacketNode
    first: Guest
    second: Guest
    outside: Guest

    def say(self, guest: Guest, **changes: Any) -> None:
        made = document(
            guest.port,
            guest.mac,
            guest.addresses,
            mode="routed",
            link=TABLE,
            mac_prefix=None,
            subnets=SUBNETS,
            **changes,
        )
        self.node.api.say(made)


@pytest.fixture
def site(packet_node: PacketNode) -> Iterator[Site]:
    """Guests have addresses of the outside's subnets, each a wire of its own to the node."""
    node = packet_node
    outside = node.guest(9, "52:54:00", f"{OUTSIDE4}/24", f"{OUTSIDE6}/64")
    outside.configure()
    node.run("ip", "link", "set", outside.tap, "up")
    node.run("sysctl", "-q", "-w", "net.ipv6.conf.all.forwarding=1", "net.ipv4.ip_forward=1")
    for version, address in (("-4", OUTSIDE4), ("-6", OUTSIDE6)):
        host = f"{address}/{32 if version == '-4' else 128}"
        node.run("ip", version, "route", "add", host, "dev", outside.tap, "table", TABLE)
        default = ("via", address, "dev", outside.tap, "table", TABLE, "onlink")
        node.run("ip", version, "route", "add", "default", *default)
    node.run("ip", "address", "add", "198.51.100.253/32", "dev", outside.tap)
    made = []
    for n in (1, 2):
        guest = node.guest(n, "52:54:00", f"198.51.100.{n}/24", f"2001:db8:f::{n}/128")
        made.append(guest)
    found = Site(node, made[0], made[1], outside)
    for guest in made:
        found.say(guest)
        node.up(guest, "routed", TABLE)
        guest.ip("-6", "route", "add", f"{OUTSIDE6}/128", "dev", "eth0")
        guest.ip("-6", "route", "add", "default", "via", OUTSIDE6)
    wait_until(lambda: made[1].pings(OUTSIDE6), "IPv6", seconds=8)
    node.start()
    yield found
    assert "Traceback" not in node.log


def test_the_node_routes_and_is_no_neighbour(site: Site) -> None:
    """Its own services are not for guests, whatever they listen on and whatever is their own."""
    node, guest = site.node, site.first
    for address in ("192.0.2.1/32", "2001:db8:1::1/128"):
        node.run("ip", "address", "add", address, "dev", "lo")
    guest.ip("route", "add", "192.0.2.1/32", "dev", "eth0")
    for secure in (True, False):
        site.say(guest, secure=secure)
        node.up(guest, "routed", TABLE)
        assert guest.pings("192.0.2.1")
        assert guest.pings("2001:db8:1::1")
        for address in ("192.0.2.1", "2001:db8:1::1"):
            with (
                closing(node.space.socket(family_of(address), socket.SOCK_STREAM)) as service,
                closing(guest.space.socket(family_of(address), socket.SOCK_STREAM)) as calling,
            ):
                service.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                service.bind((address, 1811))
                service.listen()
                calling.settimeout(SOON)
                with pytest.raises(TimeoutError):
                    calling.connect((address, 1811))


def test_it_reaches_the_outside_and_its_neighbours_and_is_reached(site: Site) -> None:
    for version in (4, 6):
        for kind in ("icmp", "tcp", "udp"):
            assert site.first.reaches(site.outside, kind, 1234, version), (kind, version)
            assert site.outside.reaches(site.first, kind, 1234, version), (kind, version)
            assert site.first.reaches(site.second, kind, 1234, version), (kind, version)


def test_the_same_filter_holds(site: Site) -> None:
    first, outside = site.first, site.outside
    site.say(
        first,
        layers=[[*OUTWARD, rule("ingress", "tcp", (22, 22)), rule("ingress", "tcp", (22, 22), 6)]],
    )
    wait_until(lambda: not outside.reaches(first, "icmp"), "a wall", seconds=8)
    for version in (4, 6):
        assert outside.reaches(first, "tcp", 22, version)
        assert not outside.reaches(first, "tcp", 23, version)
        assert first.reaches(outside, "udp", 53, version)
        assert first.reaches(outside, "icmp", version=version)


def test_nobody_has_anothers_address(site: Site) -> None:
    node_mac = mac_of(site.node, site.first.tap)
    ends, lie = (site.first.v4, OUTSIDE4), (site.second.v4, OUTSIDE4)
    seen = ip_packet(site, ends, (site.first.mac, node_mac))
    assert seen
    assert not ip_packet(site, lie, (site.first.mac, node_mac))
    assert not ip_packet(site, ends, ("52:54:00:00:00:77", node_mac))


def test_no_trace_is_left(site: Site) -> None:
    first = site.first
    rules = site.node.run("ip", "rule") + site.node.run("ip", "-6", "rule")
    assert f"iif {first.tap}" in rules
    assert f"{first.v4} lookup" in rules
    site.node.run("ip", "link", "del", first.tap)
    wait_until(lambda: first.tap not in site.node.rules(), "an end of its rules", seconds=8)
    wait_until(
        lambda: not site.node.has(f"/run/cyclades/interfaces/{first.tap}"), "an end", seconds=8
    )
    left = [
        site.node.run("ip", version, *words)
        for version in ("-4", "-6")
        for words in (("rule",), ("route", "show", "table", TABLE), ("neigh", "show", "proxy"))
    ]
    for trace in (first.tap, f"{first.v4} ", f"{first.v6} "):
        assert trace not in "".join(left)
    assert site.second.reaches(site.outside, "tcp", 1234)


def test_an_address_that_is_taken_away_leads_nowhere(site: Site) -> None:
    first = site.first
    first.addresses.pop()
    site.say(first)
    version6 = lambda: site.node.run("ip", "-6", "route", "show", "table", TABLE)  # noqa: E731  polled
    wait_until(lambda: first.tap not in version6(), "an end of the route", seconds=8)
    assert first.reaches(site.outside, "tcp", 1234)


def mac_of(node: PacketNode, device: str) -> str:
    return node.run("cat", f"/sys/class/net/{device}/address").strip()


def ip_packet(site: Site, ends: tuple[str, str], macs: tuple[str, str]) -> bool:
    """Whether it arrives outside, after a hop."""
    said = os.urandom(8)
    with closing(site.outside.wire()) as wire:
        site.first.sends(frames.udp(macs, ends, (1, 2), said))
        return any(said in got for got in until(wire, SOON))
