"""Networks in two real Ganeti clusters: there with their first server, gone with the last."""

import json
from collections.abc import Callable, Iterator

import pytest

from cyclades.bootstrap import Application, Unit
from cyclades.commands.worker import start_workers
from cyclades.domain.model.errors import AddressesExhausted, Conflict
from cyclades.domain.model.network import Network, WantedNetwork
from cyclades.domain.model.port import WantedInterface
from cyclades.domain.model.server import Server
from cyclades.domain.model.subnet import WantedSubnet
from cyclades.domain.model.wanted_server import WantedServer
from tests.ganeti.cloud import PATIENCE, TINY, Cloud, cloud_over
from tests.ganeti.cluster import GanetiCluster
from tests.harness.processes import wait_until

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow, pytest.mark.real_postgres]
PREFIX = "cyclades-net-"


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
        network_flavors=("MAC_FILTERED", "PHYSICAL_VLAN"),
        spanning_flavors=("MAC_FILTERED",),
        vlan_links=("prv1", "prv2"),
    )
    cloud = cloud_over(app, ganeti_clusters)
    running = start_workers(app, ("effects", "poller"))
    yield cloud
    running.stop(app.queue.wake)
    for cluster in ganeti_clusters.values():
        cluster.clear()


def networks(cluster: GanetiCluster) -> list[str]:
    """What Ganeti has of ours."""
    return sorted(name for name in cluster.network_names() if name.startswith(PREFIX))


def details(cluster: GanetiCluster, network: Network) -> list[str]:
    """Prefix, MAC prefix, connection and tags as Ganeti has them."""
    fields = "network,mac_prefix,group_list,tags"
    name = f"{PREFIX}{network.id}"
    listed = cluster.gnt("network", "list", "--no-headers", "--separator=|", "-o", fields, name)
    return listed.strip().split("|")


def nics(cluster: GanetiCluster, server: Server) -> list[tuple[str, str, str]]:
    """MAC, address and network of each interface as Ganeti has them."""
    fields = "nic.macs,nic.ips,nic.networks.names"
    listed = cluster.gnt(
        "instance", "list", "--no-headers", "--separator=|", "-o", fields, server.instance
    )
    # The last of these comes as Python writes a list.
    plain = listed.strip().translate(str.maketrans("", "", "[]' "))
    macs, ips, names = (part.split(",") for part in plain.split("|"))
    return list(zip(macs, ips, names, strict=True))


def ports(cloud: Cloud, server: Server) -> list[tuple[str, str, str]]:
    """The same as the API has them."""
    with cloud.app.reader() as unit:
        return [
            (port.mac, port.fixed_ips[0].ip_address, f"{PREFIX}{port.network_id}")
            for port in unit.port_rows.of_device(server.id)
        ]


def private(cloud: Cloud, flavor: str, cidr: str = "10.50.0.0/24") -> Network:
    def make(unit: Unit) -> Network:
        made = unit.networks.create(cloud.caller, WantedNetwork(flavor, flavor=flavor))
        unit.subnets.create(cloud.caller, WantedSubnet(made.id, cidr))
        return made

    return cloud.app.atomically(make)


def create(cloud: Cloud, name: str, *on: Network, count: int = 1) -> list[Server]:
    interfaces = [WantedInterface(network.id) for network in on]
    wanted = WantedServer(
        name, TINY, cloud.image, min_count=count, max_count=count, interfaces=interfaces
    )
    request_id = f"req-{cloud.app.ids.new()}"
    promised = cloud.app.atomically(
        lambda unit: unit.server_creation.create(cloud.caller, request_id, wanted)
    )
    return list(promised.servers)


def jobs_about(cluster: GanetiCluster, network: Network) -> list[str]:
    """Opcodes of the jobs that name the network, in their order."""
    jobs = [json.loads(path.read_text()) for path in cluster.queue_dir.glob("job-*")]
    opcodes = [job["ops"][0]["input"] for job in sorted(jobs, key=lambda job: int(job["id"]))]
    return [str(op["OP_ID"]) for op in opcodes if f"{PREFIX}{network.id}" in str(op)]


def until_gone(cluster: GanetiCluster, network: Network) -> None:
    name = f"{PREFIX}{network.id}"
    wait_until(lambda: name not in networks(cluster), f"{name} to be gone", seconds=PATIENCE)


def end(cloud: Cloud, *servers: Server) -> None:
    for server in servers:
        cloud.delete(server)
    for server in servers:
        cloud.until(server, "DELETED")


def test_one_that_spans_is_where_its_servers_are(cloud: Cloud) -> None:
    network = private(cloud, "MAC_FILTERED")
    assert [networks(cluster) for cluster in cloud.clusters.values()] == [[], []]
    servers = create(cloud, "span", network, count=4)
    for server in servers:
        cloud.until(server, "ACTIVE")
    assert {cloud.home_of(server).name for server in servers} == {"alpha", "beta"}
    for cluster in cloud.clusters.values():
        making = ["OP_NETWORK_ADD", "OP_NETWORK_CONNECT", "OP_INSTANCE_CREATE"]
        assert jobs_about(cluster, network)[:3] == making
        prefix, mac_prefix, groups, tags = details(cluster, network)
        assert (prefix, mac_prefix) == ("10.50.0.0/24", network.mac_prefix)
        assert groups.startswith("default (bridged, prv0")
        assert set(tags.split(",")) == {f"cyclades:network:{network.id}", "private-filtered"}
    for server in servers:
        assert nics(cloud.home_of(server), server) == ports(cloud, server)
        assert ports(cloud, server)[0][0].startswith(f"{network.mac_prefix}:")
    end(cloud, *servers)
    for cluster in cloud.clusters.values():
        until_gone(cluster, network)


def test_one_that_does_not_span_keeps_its_servers_together(cloud: Cloud) -> None:
    first, second = private(cloud, "PHYSICAL_VLAN"), private(cloud, "PHYSICAL_VLAN")
    servers = create(cloud, "together", first, count=3)
    (homes,) = {cloud.home_of(server).name for server in servers}
    cloud.drain(homes, drained=True)
    other = create(cloud, "other", second)[0]
    assert cloud.home_of(other).name != homes
    cloud.drain(homes, drained=False)
    with pytest.raises(Conflict, match="in one place"):
        create(cloud, "both", first, second)
    for server in [*servers, other]:
        cloud.until(server, "ACTIVE")
    assert networks(cloud.clusters[homes]) == [f"{PREFIX}{first.id}"]
    assert networks(cloud.home_of(other)) == [f"{PREFIX}{second.id}"]
    assert details(cloud.clusters[homes], first)[2].startswith(f"default (bridged, {first.link}")
    end(cloud, servers[0])
    assert networks(cloud.clusters[homes]) == [f"{PREFIX}{first.id}"]
    end(cloud, *servers[1:], other)
    for cluster in cloud.clusters.values():
        for network in (first, second):
            until_gone(cluster, network)


def test_the_last_address_in_the_api_is_the_last_in_ganeti(cloud: Cloud) -> None:
    network = private(cloud, "PHYSICAL_VLAN", "10.51.0.0/29")  # 6 hosts, one is the gateway
    servers = create(cloud, "full", network, count=5)
    for server in servers:
        cloud.until(server, "ACTIVE")
    with pytest.raises(AddressesExhausted):
        create(cloud, "more", network)
    held = sorted(ports(cloud, server)[0][1] for server in servers)
    assert held == [f"10.51.0.{number}" for number in range(2, 7)]
    home = cloud.home_of(servers[0])
    seen = sorted(nics(home, server)[0][1] for server in servers)
    assert seen == held
    end(cloud, servers[0])
    again = create(cloud, "again", network)[0]
    cloud.until(again, "ACTIVE")
    assert nics(home, again) == ports(cloud, again)
    end(cloud, again, *servers[1:])
    until_gone(home, network)


def test_the_public_network_stays(cloud: Cloud) -> None:
    (server,) = cloud.create("public")
    cloud.until(server, "ACTIVE")
    home = cloud.home_of(server)
    ((mac, ip, name),) = nics(home, server)
    assert (mac, ip) == ports(cloud, server)[0][:2]
    assert networks(home) == [name]
    end(cloud, server)
    assert networks(home) == [name]


def test_it_goes_with_a_server_that_an_administrator_removed(cloud: Cloud) -> None:
    network = private(cloud, "PHYSICAL_VLAN")
    (server,) = create(cloud, "again", network)
    cloud.until(server, "ACTIVE")
    home = cloud.home_of(server)
    home.gnt("instance", "remove", "--force", "--shutdown-timeout=0", server.instance)
    cloud.until(server, "DELETED")
    until_gone(home, network)
    wait_until(lambda: settled(cloud, network) == ["absent"], "end", seconds=PATIENCE)
    (second,) = create(cloud, "second", network)
    cloud.until(second, "ACTIVE")
    assert nics(cloud.home_of(second), second) == ports(cloud, second)
    end(cloud, second)


def settled(cloud: Cloud, network: Network) -> list[str]:
    with cloud.app.reader() as unit:
        return [row.state for row in unit.network_clusters.whereabouts([network.id])]
