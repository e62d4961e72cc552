"""External networks in clusters; what stays as it is while a network is in one."""

import pytest

from cyclades.bootstrap.unit import Unit
from cyclades.domain.model.errors import Conflict
from cyclades.domain.model.network import Network
from cyclades.domain.model.network_errors import SubnetFrozen
from cyclades.domain.model.reports import GroupLink
from cyclades.domain.model.subnet import WantedSubnet
from tests.harness.cloud import ADMIN, MEMBER, Cloud
from tests.harness.cluster_networks import delete, home, on, private, row, seen


def test_subnets_freeze_while_it_is_there(cloud: Cloud) -> None:
    bare, network = private(cloud, None), private(cloud)
    server = cloud.running(**on(bare, network))

    def add(net: Network, cidr: str) -> str:
        return cloud.app.atomically(
            lambda unit: unit.subnets.create(MEMBER, WantedSubnet(net.id, cidr)).id
        )

    with pytest.raises(SubnetFrozen, match="unplug them first"):
        add(bare, "10.2.0.0/24")
    add(bare, "2001:db8:7::/64")
    second = add(network, "10.3.0.0/24")
    cloud.app.atomically(lambda unit: unit.subnets.delete(MEMBER, second, None))
    delete(cloud, server)
    add(bare, "10.2.0.0/24")
    first = network.subnets[0]
    cloud.app.atomically(lambda unit: unit.subnets.delete(MEMBER, first, None))


def test_an_external_network_is_where_the_operator_says(cloud: Cloud) -> None:
    cloud.add_cluster("two")
    network = private(cloud, "192.0.2.0/24", external=True, shared=True)
    with cloud.app.reader() as unit:
        assert {each.cluster_id for each in unit.network_clusters.whereabouts([network.id])} == {
            "one",
            "two",
        }
    cloud.app.atomically(lambda unit: unit.network_mapping.unmap(network.id, "one"))
    cloud.app.atomically(
        lambda unit: unit.network_mapping.map(network.id, "two", "routed", "table_9")
    )
    servers = [cloud.create(**on(network)) for _ in range(3)]
    assert {home(cloud, server) for server in servers} == {"two"}
    cloud.converge()
    found = seen(cloud, network, "two")
    assert found is not None
    assert found.groups == (GroupLink("default", "routed", "table_9"),)
    with pytest.raises(Conflict, match="3 ports of servers"):
        cloud.app.atomically(lambda unit: unit.network_mapping.unmap(network.id, "two"))
    with pytest.raises(Conflict, match="unmap it first"):
        cloud.app.atomically(lambda unit: unit.network_mapping.map(network.id, "two", None, "x"))
    delete(cloud, *servers)
    assert seen(cloud, network, "two") is not None
    cloud.app.atomically(lambda unit: unit.network_mapping.unmap(network.id, "two"))
    cloud.converge()
    assert seen(cloud, network, "two") is None
    with pytest.raises(Conflict):
        cloud.create(**on(network))


def test_a_network_that_is_deleted_goes_everywhere(cloud: Cloud) -> None:
    network = private(cloud, "192.0.2.0/24", external=True, shared=True)
    delete(cloud, cloud.running(**on(network)))
    assert seen(cloud, network) is not None
    cloud.app.atomically(lambda unit: unit.networks.delete(ADMIN, network.id, None))
    cloud.converge()
    assert seen(cloud, network) is None


def test_deleted_at_once_after_its_last_server(cloud: Cloud) -> None:
    network = private(cloud)
    server = cloud.running(**on(network))
    cloud.delete(server)
    while home_exists(cloud, server):
        cloud.turn()
        cloud.clock.passed += 0.1
    cloud.app.atomically(lambda unit: unit.networks.delete(MEMBER, network.id, None))
    cloud.converge()
    assert seen(cloud, network) is None


def home_exists(cloud: Cloud, server_id: str) -> bool:
    return not cloud.server(server_id).deleted


def move(cloud: Cloud, network: Network, *, external: bool) -> None:
    def verb(unit: Unit) -> None:
        unit.networks.update(ADMIN, network.id, {"external": external}, None)

    cloud.app.atomically(verb)


def test_external_no_more(cloud: Cloud) -> None:
    network = private(cloud, "192.0.2.0/24", external=True, shared=True)
    server = cloud.running(**on(network))
    for external in (False, True, False):
        move(cloud, network, external=external)
        cloud.converge()
        assert row(cloud, network).mapped is external
        assert seen(cloud, network) is not None
    delete(cloud, server)
    assert seen(cloud, network) is None


def test_a_cluster_that_goes_is_in_no_network_s_way(cloud: Cloud) -> None:
    cloud.add_cluster("two")
    network = private(cloud)
    cloud.app.atomically(lambda unit: unit.cluster_register.drain("one", drained=True))
    delete(cloud, cloud.running(**on(network)))
    with pytest.raises(Conflict, match="Deleted servers"):
        cloud.app.atomically(lambda unit: unit.cluster_register.remove("two"))
    cloud.add_cluster("three")
    cloud.app.atomically(lambda unit: unit.cluster_register.remove("three"))
    with cloud.app.reader() as unit:
        assert not unit.network_clusters.of_cluster("three")
