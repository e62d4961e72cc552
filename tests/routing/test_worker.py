"""From the API to packets: what users ask of routers is what their servers' connections do."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cyclades.bootstrap import Application
from tests.harness.api import client_of
from tests.harness.processes import dying_with_us, wait_until
from tests.harness.serving import PROGRAMS
from tests.routing.fixtures import Site
from tests.routing.hosts import Host
from tests.web.network.conftest import Network

pytestmark = pytest.mark.namespaces
GATE, GATE6 = "203.0.113.1", "2001:db8:1::1"
SETTINGS = {
    "public_link": "br-out",
    "mac_filtered_link": "br-in",
    "router_driver": "netns",
    "scan_interval": 0.5,
}


@dataclass(slots=True)
class Region:
    """An API, and the worker on the gateway host that reads the same database."""

    net: Network
    site: Site
    ini: Path
    machines: list[Host] = field(default_factory=list)

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Until the block ends."""
        command = (PROGRAMS / "cyclades", "worker", "router", "--config", self.ini)
        inside = self.site.world.inside(*dying_with_us(*command))
        with self.ini.with_suffix(".log").open("ab") as log:
            process = subprocess.Popen(
                dying_with_us(*inside, signal="KILL"), stdout=log, stderr=log
            )
        try:
            yield
        finally:
            process.kill()
            process.wait()

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
        address = next(
            item["ip_address"] for item in port["fixed_ips"] if "." in item["ip_address"]
        )
        name = f"vm-{len(self.machines)}"
        host = self.site.world.host(
            name, "br-in", f"{address}/24", mac=port["mac_address"], v4="10.77.0.1"
        )
        self.machines.append(host)
        return host, port

    def routers(self) -> str:
        """Of the gateway host."""
        return self.site.world.run("ip", "netns", "list")


@pytest.fixture
def region(
    application_maker: Callable[..., Application],
    sqlite_database_url: str,
    site: Site,
    empty_gateway: object,
    tmp_path: Path,
) -> Iterator[Region]:
    app = application_maker(sqlite_database_url, **SETTINGS)
    settings = app.settings
    places = {
        name: getattr(settings, name) for name in ("database_url", "var_dir", "secret_key_file")
    }
    lines = [f"cyclades.{name} = {value}" for name, value in (places | SETTINGS).items()]
    ini = tmp_path / "gateway.ini"
    ini.write_text("\n".join(["[app:main]", "use = egg:cyclades", *lines, ""]))
    made = Region(Network(client_of(app)), site, ini)
    yield made
    for host in made.machines:
        site.world.run("ip", "netns", "delete", host.name)


def test_what_users_ask_for_is_what_packets_do(region: Region) -> None:
    net, outside = region.net, region.site.outside
    external = region.external()
    network, subnet = net.wired()
    prefix = net.make(
        "subnet",
        network_id=network["id"],
        ip_version=6,
        cidr="2001:db8:a:7::/64",
        ipv6_ra_mode="slaac",
        ipv6_address_mode="slaac",
    )
    (web, web_port), (db, db_port) = region.machine(network["id"]), region.machine(network["id"])
    router = net.make("router", name="r", external_gateway_info={"network_id": external["id"]})
    path = f"/routers/{router['id']}"
    own = [each["ip_address"] for each in router["external_gateway_info"]["external_fixed_ips"]]
    for each in (subnet, prefix):
        net.call("PUT", f"{path}/add_router_interface", {"subnet_id": each["id"]}, status=200)

    def floats(port: dict[str, Any] | None) -> None:
        body = {"floatingip": {"port_id": port["id"] if port else None}}
        net.call("PUT", f"/floatingips/{floating['id']}", body, status=200)

    with region.worker():
        wait_until(lambda: web.reaches(outside, GATE), "way out")
        assert web.seen_by(outside, GATE) == own[0]
        floating = net.make("floatingip", floating_network_id=external["id"])
        address = floating["floating_ip_address"]
        floats(web_port)
        wait_until(lambda: outside.reaches(web, address), "way in")
        assert web.seen_by(outside, GATE) == address
        assert db.seen_by(outside, GATE) == own[0]
        assert db.seen_by(web, address) == own[0]
    floats(db_port)
    outside.run("ip", "-6", "route", "replace", "2001:db8:a:7::/64", "via", own[1])
    with region.worker(), db.talking(outside, GATE) as conversation:
        wait_until(lambda: outside.reaches(db, address), "floating address of another server")
        assert not outside.reaches(web, address)
        assert db.seen_by(outside, GATE) == address
        assert conversation.goes_on()
        (learnt,) = [
            each["ip_address"] for each in web_port["fixed_ips"] if ":" in each["ip_address"]
        ]
        wait_until(lambda: learnt in web.run("ip", "-6", "address"), "IPv6 address of the port")
        wait_until(lambda: outside.reaches(web, learnt), "IPv6 way in")
        assert web.seen_by(outside, GATE6) == learnt
        assert net.call("GET", path).json["router"]["status"] == "ACTIVE"
        net.call("DELETE", f"/floatingips/{floating['id']}", status=204)
        for each in (subnet, prefix):
            body = {"subnet_id": each["id"]}
            net.call("PUT", f"{path}/remove_router_interface", body, status=200)
        net.call("DELETE", path, status=204)
        wait_until(lambda: router["id"] not in region.routers(), "end of the router")
    assert region.site.driver.list() == {}


def test_a_host_that_cannot_says_so_to_users(region: Region) -> None:
    net, world = region.net, region.site.world
    external = region.external()
    world.run("ip", "link", "set", "br-out", "name", "br-gone")
    router = net.make("router", name="r", external_gateway_info={"network_id": external["id"]})
    path = f"/routers/{router['id']}"

    def status() -> str:
        return str(net.call("GET", path).json["router"]["status"])

    with region.worker():
        wait_until(lambda: status() == "ERROR", "trouble", pause=0.3)
        world.run("ip", "link", "set", "br-gone", "name", "br-out")
        wait_until(lambda: status() == "ACTIVE", "end of the trouble", pause=0.3)
