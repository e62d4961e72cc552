"""Interfaces of servers on two real Ganeti clusters, with PostgreSQL and running workers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from cyclades.bootstrap import Application
from cyclades.commands.worker import start_workers
from cyclades.domain.model.divergence import DivergenceKind
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.port import Port, WantedInterface, WantedPort, nic_name
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.subnet import WantedSubnet
from cyclades.workers.audits import audit_cluster
from tests.ganeti.cloud import PATIENCE, Cloud, cloud_over
from tests.ganeti.cluster import GanetiCluster
from tests.harness.processes import wait_until

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow, pytest.mark.real_postgres]


@pytest.fixture
def cloud(
    ganeti_clusters: dict[str, GanetiCluster],
    postgres_database_url: str,
    application_maker: Callable[..., Application],
) -> Iterator[Cloud]:
    app = application_maker(
        postgres_database_url,
        poll_fast=0.3,
        poll_slow=2.0,
        scan_interval=4.0,
        spanning_flavors=("MAC_FILTERED",),
    )
    cloud = cloud_over(app, ganeti_clusters)
    running = start_workers(app, ("effects", "poller"))
    yield cloud
    running.stop(app.queue.wake)
    for cluster in ganeti_clusters.values():
        cluster.clear()


@dataclass(frozen=True, slots=True)
class Wires:
    """What a user does with interfaces, and what is seen of it."""

    cloud: Cloud

    def network(self, cidr: str) -> str:
        def make(unit: Any) -> str:
            made: str = unit.networks.create(self.cloud.caller, WantedNetwork("inner")).id
            unit.subnets.create(self.cloud.caller, WantedSubnet(made, cidr))
            return made

        return self.cloud.app.atomically(make)

    def port(self, network_id: str) -> str:
        caller = self.cloud.caller
        return self.cloud.app.atomically(
            lambda unit: unit.ports.create(caller, WantedPort(network_id)).id
        )

    def attach(self, server: Server, **wanted: str) -> str:
        item, request = WantedInterface(**wanted), f"req-{self.cloud.app.ids.new()}"  # type: ignore[arg-type]  # texts alone
        caller = self.cloud.caller
        return self.cloud.app.atomically(
            lambda unit: unit.server_interfaces.attach(caller, request, server.id, item)
        )

    def detach(self, server: Server, port_id: str) -> None:
        caller, request = self.cloud.caller, f"req-{self.cloud.app.ids.new()}"
        self.cloud.app.atomically(
            lambda unit: unit.server_interfaces.detach(caller, request, server.id, port_id)
        )

    def ports(self, server: Server) -> Mapping[str, Port]:
        with self.cloud.app.reader() as unit:
            return {port.id: port for port in unit.port_rows.of_device(server.id)}

    def settled(self, server: Server, status: str) -> Mapping[str, Port]:
        """All that was asked for has happened, and every port shows this status."""

        def done() -> bool:
            found = self.ports(server).values()
            return all(p.effect_id is None and p.status == status for p in found)

        wait_until(done, f"ports that are {status}", seconds=PATIENCE, pause=0.2)
        return self.ports(server)

    def in_ganeti(self, server: Server) -> dict[str, tuple[str, str | None]]:
        """MAC and address of each interface by its name."""
        seen = self.cloud.app.drivers.of(server.cluster_id).instance(server.instance)
        assert seen is not None
        return {nic.name or "": (nic.mac, nic.ip) for nic in seen.nics}

    def wanted(self, server: Server) -> dict[str, tuple[str, str | None]]:
        """The same of the ports: clusters keep a first IPv4 address."""
        found = {}
        for port in self.ports(server).values():
            four = [ip.ip_address for ip in port.fixed_ips if ":" not in ip.ip_address]
            found[nic_name("cyclades-", port.id)] = (port.mac, next(iter(four), None))
        return found


def test_interfaces_on_both_clusters_running_and_stopped(cloud: Cloud) -> None:
    wires = Wires(cloud)
    servers = cloud.create("wired", count=2)
    for server in servers:
        cloud.until(server, "ACTIVE")
    assert {cloud.home_of(server).name for server in servers} == {"alpha", "beta"}
    inner, mine = wires.network("10.20.0.0/24"), []
    for server in servers:
        wires.attach(server, network_id=inner)
        mine.append(wires.port(inner))
        wires.attach(server, port_id=mine[-1])
    for server in servers:
        assert len(wires.settled(server, "ACTIVE")) == 3
        assert wires.in_ganeti(server) == wires.wanted(server)
    first, second = servers
    cloud.act(first, Action.STOP)
    cloud.until(first, "SHUTOFF")
    stopped = wires.attach(first, network_id=inner)
    wires.detach(first, mine[0])
    assert stopped in wires.settled(first, "DOWN")
    assert mine[0] not in wires.ports(first)
    assert wires.in_ganeti(first) == wires.wanted(first)
    cloud.act(first, Action.START)
    cloud.until(first, "ACTIVE")
    assert len(wires.settled(first, "ACTIVE")) == 3
    wires.attach(second, port_id=mine[0])
    wires.detach(second, mine[1])
    left = wires.settled(second, "ACTIVE")
    assert mine[0] in left
    assert mine[1] not in left
    assert wires.in_ganeti(second) == wires.wanted(second)
    for server in servers:
        cloud.delete(server)
    for server in servers:
        cloud.until(server, "DELETED")
    with cloud.app.reader() as unit:
        free = unit.port_rows.of_network(inner)
    assert [(port.device_id, port.id in mine) for port in free] == [("", True)] * 2


def test_addresses_change_while_plugged_in(cloud: Cloud) -> None:
    wires = Wires(cloud)
    (server,) = cloud.create("moved")
    cloud.until(server, "ACTIVE")
    inner = wires.network("10.21.0.0/24")
    wires.attach(server, network_id=inner)
    wires.settled(server, "ACTIVE")
    cloud.app.atomically(lambda unit: unit.server_addresses.add(cloud.caller, server.id, inner))
    cloud.app.atomically(
        lambda unit: unit.server_addresses.remove(cloud.caller, server.id, "10.21.0.2")
    )

    def moved() -> bool:
        return "10.21.0.3" in {ip for _, ip in wires.in_ganeti(server).values()}

    wait_until(moved, "the other address", seconds=PATIENCE, pause=0.5)
    assert wires.in_ganeti(server) == wires.wanted(server)


def test_an_interface_that_an_administrator_took_away(cloud: Cloud) -> None:
    wires = Wires(cloud)
    (server,) = cloud.create("unplugged")
    cloud.until(server, "ACTIVE")
    inner = wires.network("10.22.0.0/24")
    ports = [wires.attach(server, network_id=inner) for _ in range(2)]
    wires.settled(server, "ACTIVE")
    home = cloud.home_of(server)
    for port_id in ports:
        name = nic_name("cyclades-", port_id)
        home.gnt("instance", "modify", "--net", f"{name}:remove", server.instance)
    found: list[str] = []

    def seen() -> bool:
        audited = audit_cluster(cloud.app, server.cluster_id)
        found.extend(s.divergence.detail for s in audited.found)
        return all(wires.ports(server)[port_id].status == "DOWN" for port_id in ports)

    wait_until(seen, "ports that are shown as DOWN", seconds=PATIENCE, pause=1)
    assert any(detail.startswith("lacks") for detail in found)
    assert len(wires.in_ganeti(server)) == 1, "nobody fights an administrator"
    wires.detach(server, ports[0])

    def gone() -> bool:
        return ports[0] not in wires.ports(server)

    wait_until(gone, "a port that is free", seconds=PATIENCE, pause=0.2)

    def plugged_in_again() -> bool:
        audit_cluster(cloud.app, server.cluster_id, ordered=True)
        return wires.ports(server)[ports[1]].status == "ACTIVE"

    wait_until(plugged_in_again, "an interface that is back", seconds=PATIENCE, pause=1)
    assert wires.in_ganeti(server) == wires.wanted(server)
    kinds = {s.divergence.kind for s in audit_cluster(cloud.app, server.cluster_id).found}
    assert DivergenceKind.NICS not in kinds
