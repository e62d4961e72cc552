"""Networks that come to clusters with their first server, and go with the last."""

from dataclasses import replace
from pathlib import Path

import pytest

from cyclades.domain.model.errors import Conflict, NoCapacity, NotFound
from cyclades.domain.model.network import Network
from cyclades.domain.model.network_cluster import (
    ABSENT,
    ACTIVE,
    COULD_NOT_BE_MADE,
    ERROR,
    MAKING,
)
from cyclades.domain.model.port import WantedInterface
from cyclades.domain.model.reports import GroupLink
from cyclades.domain.model.wanted_server import WantedServer
from tests.harness.api import CALLERS
from tests.harness.cloud import MEMBER, Cloud, cloud_on
from tests.harness.cluster_networks import delete, home, on, operations, private, row, seen
from tests.workers.invariants import violations

pytestmark = pytest.mark.slow
OTHER = CALLERS["other"]


def test_it_is_made_before_the_server_and_goes_after_it(each_cloud: Cloud) -> None:
    cloud = each_cloud
    network = private(cloud)
    assert seen(cloud, network) is None
    server = cloud.create(**on(network))
    assert operations(cloud) == ["create_network", "connect_network", "create"]
    assert row(cloud, network).state == MAKING
    cloud.converge()
    assert cloud.server(server).status == "ACTIVE"
    assert row(cloud, network).state == ACTIVE
    found = seen(cloud, network)
    assert found is not None
    assert found.cidr == "10.0.0.0/24"
    assert found.mac_prefix == network.mac_prefix == "aa:0d:00"
    assert found.groups == (GroupLink("default", "bridged", "prv0"),)
    assert found.tags == {f"cyclades:network:{network.id}", "private-filtered"}
    (instance,) = cloud.cluster().instances()
    (nic,) = instance.nics
    assert (nic.network, nic.ip, nic.link) == (found.name, "10.0.0.2", "prv0")
    assert nic.mac.startswith("aa:0d:00:")
    delete(cloud, server)
    assert seen(cloud, network) is None
    assert (row(cloud, network).state, row(cloud, network).groups) == (ABSENT, ())
    assert violations(cloud.app) == []


def test_who_comes_meanwhile_waits_for_the_same(cloud: Cloud) -> None:
    network = private(cloud)
    first, second = (cloud.create(**on(network)) for _ in range(2))
    assert operations(cloud).count("create_network") == 1
    cloud.converge()
    delete(cloud, first)
    assert seen(cloud, network) is not None
    delete(cloud, second)
    assert seen(cloud, network) is None


def test_several_networks_at_once(each_cloud: Cloud) -> None:
    cloud = each_cloud
    networks = [private(cloud) for _ in range(3)]
    cloud.create(**on(*networks[:1]))
    cloud.create(**on(*networks[1:2]))
    server = cloud.create(**on(*networks))
    cloud.converge()
    assert cloud.server(server).status == "ACTIVE"
    assert all(seen(cloud, network) for network in networks)
    assert violations(cloud.app) == []


def test_needed_again_while_it_goes(cloud: Cloud) -> None:
    network = private(cloud)
    first = cloud.create(**on(network))
    cloud.converge()
    cloud.delete(first)
    while "disconnect_network" not in operations(cloud):
        cloud.turn()
        cloud.clock.passed += 0.1
    second = cloud.create(**on(network))
    assert row(cloud, network).state == MAKING
    cloud.converge()
    assert cloud.server(second).status == "ACTIVE"
    assert seen(cloud, network) is not None
    assert row(cloud, network).state == ACTIVE


def test_deleted_before_anything_was_sent(cloud: Cloud) -> None:
    network = private(cloud)
    delete(cloud, cloud.create(**on(network)))
    assert seen(cloud, network) is None
    assert row(cloud, network).state == ABSENT


@pytest.mark.parametrize("cidr", [None, "10.0.0.0/8"])
def test_without_addresses_that_clusters_could_keep(cloud: Cloud, cidr: str | None) -> None:
    network = private(cloud, cidr)
    cloud.running(**on(network))
    found = seen(cloud, network)
    assert found is not None
    assert found.cidr == "10.0.0.0/29"
    (instance,) = cloud.cluster().instances()
    assert [nic.ip for nic in instance.nics] == [None]


def test_it_stays_in_one_cluster(cloud: Cloud) -> None:
    cloud.add_cluster("two")
    network = private(cloud)
    servers = [cloud.create(**on(network)) for _ in range(4)]
    servers += several(cloud, network)
    assert len({home(cloud, server) for server in servers}) == 1
    cloud.converge()
    first = home(cloud, servers[0])
    other = {"one": "two", "two": "one"}[first]
    assert seen(cloud, network, other) is None
    delete(cloud, *servers)
    # Nobody is left: the next server's cluster is the network's, whichever that is.
    cloud.app.atomically(lambda unit: unit.cluster_register.drain(first, drained=True))
    assert home(cloud, cloud.running(**on(network))) == other


def several(cloud: Cloud, network: Network) -> list[str]:
    """Two servers of one request."""
    wish = WantedServer("web", "1", cloud.image, min_count=2, max_count=2, **on(network))
    promised = cloud.app.atomically(
        lambda unit: unit.server_creation.create(MEMBER, cloud.request(), wish)
    )
    return [server.id for server in promised.servers]


def test_it_spans_clusters_where_the_operator_says_so(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    cloud = cloud_on(sqlite_database_url, tmp_path, spanning_flavors=("MAC_FILTERED",))
    cloud.add_cluster("two")
    network = private(cloud)
    servers = [cloud.create(**on(network)) for _ in range(4)]
    cloud.converge()
    assert {home(cloud, server) for server in servers} == {"one", "two"}
    assert seen(cloud, network, "one")
    assert seen(cloud, network, "two")
    cloud.close()


def test_networks_that_are_not_in_one_place(cloud: Cloud) -> None:
    cloud.add_cluster("two")
    first, second = private(cloud), private(cloud)
    cloud.app.atomically(lambda unit: unit.cluster_register.drain("two", drained=True))
    cloud.running(**on(first))
    cloud.app.atomically(lambda unit: unit.cluster_register.drain("two", drained=False))
    cloud.app.atomically(lambda unit: unit.cluster_register.drain("one", drained=True))
    server = cloud.running(**on(second))
    assert home(cloud, server) == "two"
    with pytest.raises(NoCapacity):
        cloud.create(**on(first))
    with pytest.raises(Conflict, match="not all available in one place"):
        cloud.create(**on(first, second))
    with pytest.raises(Conflict, match="not available where the server is"):
        cloud.app.atomically(
            lambda unit: unit.server_interfaces.attach(
                MEMBER, "req", server, WantedInterface(first.id)
            )
        )
    with pytest.raises(NotFound):
        cloud.create(OTHER, **on(first, second))


def test_a_network_that_cannot_be_made(each_cloud: Cloud) -> None:
    cloud = each_cloud
    network = private(cloud)
    cloud.cluster().faults.set(fail_jobs=2)
    request = cloud.requests + 1
    server = cloud.create(**on(network))
    cloud.converge()
    assert cloud.server(server).status == "ERROR"
    assert cloud.outcome(server, f"req-{request}")[1] == COULD_NOT_BE_MADE
    broken = row(cloud, network)
    assert (broken.state, "Made to fail" in broken.trouble) == (ERROR, True)
    # Another try makes it anew.
    second = cloud.running(**on(network))
    assert row(cloud, network).state == ACTIVE
    delete(cloud, server, second)
    assert row(cloud, network).state == ABSENT
    assert cloud.holds_nothing()
    assert violations(cloud.app) == []


def test_what_is_done_already_is_enough(cloud: Cloud) -> None:
    network = private(cloud)
    cloud.create(**on(network))
    name = f"cyclades-net-{network.id}"
    cloud.cluster().administrator.add_network(name, "10.0.0.0/24")
    cloud.converge()
    assert row(cloud, network).state == ACTIVE


@pytest.mark.parametrize("happened", [True, False])
def test_a_lost_job(cloud: Cloud, happened: bool) -> None:
    network = private(cloud)
    if happened:
        name = f"cyclades-net-{network.id}"
        cloud.cluster().administrator.add_network(name, "10.0.0.0/24")
        cloud.clock.passed += 20
    server = cloud.create(**on(network))
    cloud.turn()
    cloud.cluster().faults.lose_jobs()
    cloud.converge()
    assert cloud.server(server).status == ("ACTIVE" if happened else "ERROR")
    assert row(cloud, network).state == (ACTIVE if happened else ERROR)


def test_a_new_node_group_is_connected_too(cloud: Cloud) -> None:
    network = private(cloud)
    cloud.running(**on(network))

    before = replace(row(cloud, network), groups=("older",))
    cloud.app.atomically(lambda unit: unit.network_clusters.save(before))
    cloud.create(**on(network))
    assert operations(cloud) == ["connect_network", "create"]
    cloud.converge()
    assert row(cloud, network).groups == ("default", "older")
