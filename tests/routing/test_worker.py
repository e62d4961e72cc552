"""From the API to packets: what users ask of routers is what their servers' connections do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cyclades.bootstrap import Application
from tests.harness.api import client_of
from tests.harness.processes import wait_until
from tests.routing.fixtures import Site
from tests.routing.hosts import Host
from tests.routing.region import SETTINGS, GatewayHost
from tests.web.network.conftest import Network

pytestmark = [pytest.mark.namespaces, pytest.mark.slow]
GATE, GATE6 = "203.0.113.1", "2001:db8:1::1"


@dataclass(slots=True)
class Region:
    """An API, and the gateway host that reads the same database."""

    net: Network
    site: Site
    gateway: GatewayHost
    machines: list[Host] = field(default_factory=list)

    def external(self) -> dict[str, Any]:
        """The network that `outside` is on."""
        made = self.net.make("network", token="admin", name="ext", **{"router:external": True})
        for version, cidr, gateway in ((4, "203.0.113.0/24", GATE), (6, "2001:db8:1::/64", GATE6)):
            self.net.make(
                "subnet",
                token="admin",
                network_id=made["id"],
                ip_version=version,
                cidr=cidr,
                gateway_ip=gateway,
            )
        return made

    def machine(self, network_id: str) -> tuple[Host, dict[str, Any]]:
        """A server on a port, as the node would plug it; learns IPv6 by itself."""
        port = self.net.make("port", network_id=network_id)
        address = _address(port, ".")
        name = f"vm-{len(self.machines)}"
        host = self.site.world.host(
            name, "br-in", f"{address}/24", mac=port["mac_address"], via="10.77.0.1"
        )
        self.machines.append(host)
        return host, port

    def inside(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """A network of a user's, its subnet and its prefix."""
        network, subnet = self.net.wired()
        modes: dict[str, Any] = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
        cidr: dict[str, Any] = {"ip_version": 6, "cidr": "2001:db8:a:7::/64"}
        prefix = self.net.make("subnet", network_id=network["id"], **cidr, **modes)
        return network, subnet, prefix

    def router(self, *subnets: dict[str, Any]) -> tuple[str, list[str]]:
        """One between these and the outside; its id, and its addresses outside."""
        way = {"network_id": self.external()["id"]}
        made = self.net.make("router", name="r", external_gateway_info=way)
        for each in subnets:
            path, body = f"/routers/{made['id']}/add_router_interface", {"subnet_id": each["id"]}
            self.net.call("PUT", path, body, status=200)
        addresses = made["external_gateway_info"]["external_fixed_ips"]
        return made["id"], [each["ip_address"] for each in addresses]

    def floating(self, port: dict[str, Any]) -> str:
        """Have the floating address stand for a port; the first time one is taken."""
        known = self.net.call("GET", "/floatingips").json["floatingips"]
        if not known:
            (network,) = self.net.ids("/networks?router:external=true")
            known = [self.net.make("floatingip", floating_network_id=network)]
        body = {"floatingip": {"port_id": port["id"]}}
        self.net.call("PUT", f"/floatingips/{known[0]['id']}", body, status=200)
        return str(known[0]["floating_ip_address"])

    def dismantle(self, router: str, *subnets: dict[str, Any]) -> None:
        """In the order that the API asks for."""
        for each in self.net.ids("/floatingips"):
            self.net.call("DELETE", f"/floatingips/{each}", status=204)
        for subnet in subnets:
            body = {"subnet_id": subnet["id"]}
            path = f"/routers/{router}/remove_router_interface"
            self.net.call("PUT", path, body, status=200)
        self.net.call("DELETE", f"/routers/{router}", status=204)


def _address(port: dict[str, Any], mark: str) -> str:
    addresses = (str(each["ip_address"]) for each in port["fixed_ips"])
    return next(address for address in addresses if mark in address)


@pytest.fixture
def region(
    application_maker: Callable[..., Application],
    sqlite_database_url: str,
    site: Site,
    empty_gateway: object,
    tmp_path: Path,
) -> Iterator[Region]:
    app = application_maker(sqlite_database_url, **SETTINGS)
    gateway = GatewayHost(site.world, tmp_path / "gateway.ini")
    gateway.configure(app)
    made = Region(Network(client_of(app)), site, gateway)
    yield made
    for host in made.machines:
        site.world.run("ip", "netns", "delete", host.name)


def test_what_users_ask_for_is_what_packets_do(region: Region) -> None:
    net, outside, floating = region.net, region.site.outside, region.floating
    network, subnet, prefix = region.inside()
    (web, web_port), (db, db_port) = region.machine(network["id"]), region.machine(network["id"])
    router, own = region.router(subnet, prefix)
    with region.gateway.worker():
        wait_until(lambda: web.reaches(outside, GATE), "way out")
        assert web.seen_by(outside, GATE) == own[0]
        address = floating(web_port)
        wait_until(lambda: outside.reaches(web, address), "way in")
        assert web.seen_by(outside, GATE) == address
        assert db.seen_by(outside, GATE) == own[0]
        assert db.seen_by(web, address) == own[0]
    floating(db_port)
    outside.run("ip", "-6", "route", "replace", prefix["cidr"], "via", own[1])
    with region.gateway.worker(), db.talking(outside, GATE) as conversation:
        wait_until(lambda: outside.reaches(db, address), "floating address of another server")
        assert not outside.reaches(web, address)
        assert db.seen_by(outside, GATE) == address
        assert conversation.goes_on()
        learnt = _address(web_port, ":")
        wait_until(lambda: learnt in web.run("ip", "-6", "address"), "IPv6 address of the port")
        wait_until(lambda: outside.reaches(web, learnt), "IPv6 way in")
        assert web.seen_by(outside, GATE6) == learnt
        assert net.call("GET", f"/routers/{router}").json["router"]["status"] == "ACTIVE"
        region.dismantle(router, subnet, prefix)
        wait_until(lambda: not region.site.driver.list(), "end of the router")


def test_a_host_that_cannot_says_so_to_users(region: Region) -> None:
    net, world = region.net, region.site.world
    world.run("ip", "link", "set", "br-out", "name", "br-gone")
    router, _ = region.router()

    def status() -> str:
        return str(net.call("GET", f"/routers/{router}").json["router"]["status"])

    with region.gateway.worker():
        wait_until(lambda: status() == "ERROR", "trouble", pause=0.3)
        world.run("ip", "link", "set", "br-gone", "name", "br-out")
        wait_until(lambda: status() == "ACTIVE", "end of the trouble", pause=0.3)
