"""Nodes and a gateway host together: what users ask of the API is what their packets do."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from errno import EHOSTUNREACH
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cyclades_node.spoofing import link_local

from tests.harness.api import KnownCallers, client_of
from tests.harness.cloud import Cloud, cloud_on
from tests.harness.compute import SERVERS
from tests.harness.processes import wait_until
from tests.nodes.packets import dhclient, frames
from tests.nodes.packets.guest import Guest, family_of, hears
from tests.nodes.packets.netns import said
from tests.nodes.packets.node import PacketNode
from tests.nodes.packets.real_api import asking
from tests.routing.fixtures import Site
from tests.routing.hosts import PATIENCE, Host
from tests.routing.region import SETTINGS, GatewayHost
from tests.routing.world import World
from tests.web.network.conftest import Network

pytestmark = [pytest.mark.namespaces, pytest.mark.slow]
Body = dict[str, Any]
INSIDE, OUTSIDE = "br-in", "br-out"  # bridges that the node and the gateway host share
GATE, GATE6 = "203.0.113.1", "2001:db8:1::1"
SSH, WEB = 22, 80
LIFETIMES = {
    socket.AF_INET: (socket.IPPROTO_IP, socket.IP_TTL),
    socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS),
}


@dataclass(frozen=True, slots=True)
class Server:
    """`port` is its interface as the API shows it; `host` talks TCP from where `guest` is."""

    guest: Guest
    host: Host
    port: Body

    def address(self, mark: str) -> str:
        """That the API says: `mark` is what its version's addresses are written with."""
        held = (str(each["ip_address"]) for each in self.port["fixed_ips"])
        return next(address for address in held if mark in address)

    def is_told_of_trouble(self, address: str) -> bool:
        """Whether it hears from a router that its packets do not get there: they live too short."""
        family = socket.AddressFamily(family_of(address))
        level, hops = LIFETIMES[family]
        with self.host.socket(family) as client:
            client.setsockopt(level, hops, 1)
            client.settimeout(PATIENCE)
            return client.connect_ex((address, SSH)) == EHOSTUNREACH

    def speak_as(self, address: str) -> None:
        """To the gateway, from now on, whoever's address it is."""
        self.guest.ip("address", "replace", f"{address}/32", "dev", "eth0")
        self.guest.ip("route", "replace", GATE, "dev", "eth0", "src", address)


@dataclass(frozen=True, slots=True)
class Region:
    """`public` is the network that `outside` is on; `home` is for DHCP clients."""

    cloud: Cloud
    net: Network
    node: PacketNode
    site: Site
    home: Path

    @property
    def outside(self) -> Host:
        return self.site.outside

    @property
    def public(self) -> str:
        (network,) = self.net.ids("/networks?router:external=true")
        return network

    def group(self) -> str:
        """A security group that opens SSH by IPv4, and lets all out."""
        group = self.net.make("security_group", name="ssh")["id"]
        self.allow(group, "ingress", 4, SSH)
        return str(group)

    def allow(self, group: str, direction: str, version: int, port: int | None = None) -> None:
        """TCP to this port, or any."""
        self.net.make(
            "security_group_rule",
            security_group_id=group,
            direction=direction,
            ethertype=f"IPv{version}",
            protocol="tcp",
            port_range_min=port,
            port_range_max=port,
        )

    def forbid(self, group: str, direction: str, version: int) -> None:
        """No rule of these is left."""
        ours = f"security_group_id={group}&direction={direction}&ethertype=IPv{version}"
        for rule in self.net.ids(f"/security-group-rules?{ours}"):
            self.net.call("DELETE", f"/security-group-rules/{rule}", status=204)

    def router(self, *subnets: Body) -> tuple[str, list[str]]:
        """One between these and the public network; its id, and its addresses there."""
        made = self.net.make("router", external_gateway_info={"network_id": self.public})
        for subnet in subnets:
            path = f"/routers/{made['id']}/add_router_interface"
            self.net.call("PUT", path, {"subnet_id": subnet["id"]}, status=200)
        held = made["external_gateway_info"]["external_fixed_ips"]
        return made["id"], [str(each["ip_address"]) for each in held]

    def server(self, link: str, **wanted: Any) -> Server:
        """Asked for, built by the (simulated) cluster, and plugged in as Ganeti does it."""
        number = len(self.node.guests) + 1
        usual = {"name": f"vm{number}", "flavorRef": "1", "imageRef": self.cloud.image}
        made = self.net.api.call("POST", SERVERS, {"server": usual | wanted}, status=202)
        self.cloud.converge()
        path = f"/ports?device_id={made.json['server']['id']}"
        (port,) = self.net.call("GET", path, status=200).json["ports"]
        guest = self.node.guest(number, "", port=port["id"], mac=port["mac_address"])
        self.node.up(guest, link=link)
        return Server(guest, Host(guest.name, Path(guest.space.path), self.site.world), port)

    def private(self, network: Body, group: str) -> Server:
        """A server on a user's network."""
        port = self.net.make("port", network_id=network["id"], security_groups=[group])
        return self.server(INSIDE, networks=[{"port": port["id"]}])

    def leased(self, server: Server, address: str) -> None:
        """Have it ask by DHCP, until it has the address."""
        dhclient.ask(server.guest, self.home)
        assert f"inet {address}/24 " in server.guest.ip("address", "show", "eth0")

    def learnt(self, server: Server, router: object) -> None:
        """Wait until it has learnt its address and its way out by itself."""
        own, way = f"inet6 {server.address(':')}/64 ", f"default via {router} "
        show = partial(server.guest.ip, "-6")
        wait_until(lambda: own in show("address", "show", "eth0"), "address of the API")
        wait_until(lambda: way in show("route", "show", "proto", "ra"), "default route")


@pytest.fixture
def region(
    sqlite_database_url: str,
    site: Site,
    empty_gateway: object,
    packet_node: PacketNode,
    tmp_path: Path,
) -> Iterator[Region]:
    cloud = cloud_on(sqlite_database_url, tmp_path, **SETTINGS)
    cloud.app.identity = KnownCallers()
    gateway = GatewayHost(site.world, tmp_path / "gateway.ini")
    gateway.configure(cloud.app)
    for bridge in (INSIDE, OUTSIDE):
        _cable(site.world, packet_node, bridge)
    with asking(packet_node, cloud.app), gateway.worker():
        packet_node.start()
        yield Region(cloud, Network(client_of(cloud.app)), packet_node, site, tmp_path / "etc")
    for bridge in (INSIDE, OUTSIDE):
        site.world.run("ip", "link", "delete", f"node-{bridge}")
    cloud.close()
    assert "Traceback" not in packet_node.log


def _cable(world: World, node: PacketNode, bridge: str) -> None:
    """Between the bridges of this name on the gateway host and on the node."""
    node.bridge(bridge)
    here, there = f"node-{bridge}", f"gate-{bridge}"
    pair = ("ip", "link", "add", here, "type", "veth", "peer", "name", there)
    enter = ("nsenter", f"--target={world.pid}", "--net")
    said([*enter, *pair, "netns", node.space.path])
    world.run("ip", "link", "set", here, "master", bridge, "up")
    node.run("ip", "link", "set", there, "master", bridge, "up")


def test_a_floating_ip_leads_to_what_the_group_opens(region: Region) -> None:
    net, outside, group = region.net, region.outside, region.group()
    network, subnet = net.wired()
    _, own = region.router(subnet)
    web, other = region.private(network, group), region.private(network, group)
    for server in (web, other):
        region.leased(server, server.address("."))
        assert "default via 10.77.0.1 " in server.guest.ip("route")
        wait_until(partial(server.host.reaches, outside, GATE), "way out")
        assert server.host.seen_by(outside, GATE) in own
    assert web.is_told_of_trouble(GATE)
    floating = net.make("floatingip", floating_network_id=region.public, port_id=web.port["id"])[
        "floating_ip_address"
    ]
    wait_until(lambda: outside.reaches(web.host, floating, SSH), "way in")
    assert outside.seen_by(web.host, floating, SSH) == GATE
    assert not outside.reaches(web.host, floating, WEB)
    assert web.host.seen_by(outside, GATE) == floating
    assert other.host.seen_by(outside, GATE) in own
    region.forbid(group, "ingress", 4)
    wait_until(lambda: not outside.reaches(web.host, floating, SSH), "end of the rule")
    region.allow(group, "ingress", 4, WEB)
    wait_until(lambda: outside.reaches(web.host, floating, WEB), "another rule")
    assert not outside.reaches(web.host, floating, SSH)


def test_guests_learn_ipv6_from_the_router_and_from_nobody_else(region: Region) -> None:
    net, outside, group = region.net, region.outside, region.group()
    network = net.make("network", name="n")
    modes = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
    prefix: Body = {"cidr": "2001:db8:a:8::/64", "ip_version": 6, **modes}
    router, own = region.router(net.make("subnet", network_id=network["id"], **prefix))
    outside.run("ip", "-6", "route", "replace", prefix["cidr"], "via", own[-1])
    region.forbid(group, "egress", 6)
    web, other = region.private(network, group), region.private(network, group)
    (leg,) = net.call(
        "GET", f"/ports?device_id={router}&network_id={network['id']}", status=200
    ).json["ports"]
    for server in (web, other):
        region.learnt(server, link_local(leg["mac_address"]))
    assert not web.host.reaches(outside, GATE6)
    region.allow(group, "egress", 6)
    wait_until(lambda: web.host.reaches(outside, GATE6), "an open group")
    assert web.host.seen_by(outside, GATE6) == web.address(":")
    assert web.is_told_of_trouble(GATE6)
    mac, address = web.guest.mac, str(link_local(web.guest.mac))
    assert hears(other.guest, web.guest, frames.advert(mac, address, address, mac))
    assert not hears(other.guest, web.guest, frames.router(mac, address))


def test_servers_on_the_public_network_have_the_floating_ips_that_lead_to_them(
    region: Region,
) -> None:
    net, outside, group = region.net, region.outside, region.group()
    made = [net.make("floatingip", floating_network_id=region.public) for _ in range(2)]
    first, second = (str(each["floating_ip_address"]) for each in made)
    # Two of one name: it is not by the name that DHCP knows whose an address is.
    usual: Body = {"name": "web", "security_groups": [{"name": group}]}
    other = region.server(OUTSIDE, networks=[{"uuid": region.public}], **usual)
    wanted = {"uuid": region.public, "fixed_ip": first}
    server = region.server(OUTSIDE, networks=[wanted], **usual)
    region.leased(other, other.address("."))
    region.leased(server, first)
    assert server.host.seen_by(outside, GATE) == first
    assert outside.seen_by(server.host, first, SSH) == GATE
    assert not outside.reaches(server.host, first, WEB)
    server.speak_as(second)
    assert not server.host.reaches(outside, GATE)
    path = f"/floatingips/{made[1]['id']}"
    net.call("PUT", path, {"floatingip": {"port_id": server.port["id"]}}, status=200)
    wait_until(lambda: server.host.reaches(outside, GATE), "address that is theirs now")
    assert server.host.seen_by(outside, GATE) == second
    net.call("PUT", path, {"floatingip": {"port_id": None}}, status=200)
    wait_until(lambda: not server.host.reaches(outside, GATE), "address of others")
    server.speak_as(first)
    assert server.host.seen_by(outside, GATE) == first
