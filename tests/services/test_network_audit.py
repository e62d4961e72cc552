"""What a cluster has of our networks, and what it should have."""

from collections.abc import Callable
from typing import Any

import pytest

from cyclades.adapters.simulated.world import World
from cyclades.domain.model.divergence import DivergenceKind
from cyclades.domain.model.network import Network
from cyclades.domain.model.network_cluster import ABSENT, ACTIVE, ERROR
from cyclades.workers.audits import audit_cluster, look_at_cluster
from tests.harness.cloud import MEMBER, Cloud
from tests.harness.cluster_networks import delete, on, private, row, seen
from tests.harness.damage import sql

pytestmark = pytest.mark.slow
Kind = DivergenceKind


def found(cloud: Cloud) -> dict[tuple[Kind, str], str]:
    """Kinds and objects, and what is said of them."""
    return {
        (each.divergence.kind, each.divergence.object_id): each.divergence.detail
        for each in look_at_cluster(cloud.app, "one").found
    }


def mended(cloud: Cloud) -> int:
    count = len(audit_cluster(cloud.app, "one").mended)
    cloud.converge()
    return count


def by_hand(cloud: Cloud, deed: Callable[[World], object]) -> None:
    """An administrator changes the cluster, without a job."""
    cloud.cluster().store.change(lambda world: deed(world) and None)


def used(cloud: Cloud) -> tuple[Network, str]:
    """A network, and a server on it."""
    network = private(cloud)
    return network, cloud.running(**on(network))


def test_all_agrees_at_any_moment(cloud: Cloud) -> None:
    network, server = used(cloud)
    cloud.create(**on(private(cloud)))
    cloud.delete(server)
    for _ in range(40):
        assert found(cloud) == {}
        cloud.turn()
        cloud.clock.passed += 0.2
    cloud.converge()
    assert seen(cloud, network) is None
    assert found(cloud) == {}


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (lambda world, name: world.networks.pop(name), "does not have it"),
        (lambda world, name: world.networks[name].groups.clear(), "to node group default"),
    ],
)
def test_what_is_missing_is_made(cloud: Cloud, deed: Any, said: str) -> None:
    network, _ = used(cloud)
    by_hand(cloud, lambda world: deed(world, f"cyclades-net-{network.id}") or True)
    ((kind, about), detail), *rest = found(cloud).items()
    assert (kind, about, rest) == (Kind.MISSING_NETWORK, network.id, [])
    assert said in detail
    assert mended(cloud) == 1
    assert row(cloud, network).state == ACTIVE
    again = seen(cloud, network)
    assert again is not None
    assert len(again.groups) == 1
    assert found(cloud) == {}


def leave_behind(cloud: Cloud, network: Network) -> None:
    """The network is in the cluster again, after it was removed."""
    administrator = cloud.cluster().administrator
    administrator.add_network(f"cyclades-net-{network.id}", "10.0.0.0/24")
    administrator.connect_network(f"cyclades-net-{network.id}", "bridged", "prv0")
    cloud.pass_time(20)


@pytest.mark.parametrize("deleted", [False, True])
def test_what_is_left_is_removed_by_the_second_audit(cloud: Cloud, deleted: bool) -> None:
    network, server = used(cloud)
    delete(cloud, server)
    if deleted:
        cloud.app.atomically(lambda unit: unit.networks.delete(MEMBER, network.id, None))
    leave_behind(cloud, network)
    assert list(found(cloud)) == [(Kind.ORPHAN_NETWORK, network.id)]
    assert mended(cloud) == 0
    assert seen(cloud, network) is not None
    assert mended(cloud) == 1
    assert seen(cloud, network) is None
    assert found(cloud) == {}
    if not deleted:
        assert row(cloud, network).state == ABSENT


def test_a_removal_that_failed_is_tried_again(cloud: Cloud) -> None:
    network, server = used(cloud)
    cloud.delete(server)
    while not cloud.server(server).deleted:
        cloud.turn()
        cloud.clock.passed += 0.1
    cloud.cluster().faults.set(fail_jobs=2)
    cloud.converge()
    assert row(cloud, network).state == ERROR
    assert list(found(cloud)) == [(Kind.ORPHAN_NETWORK, network.id)]
    assert mended(cloud) + mended(cloud) == 1
    assert seen(cloud, network) is None
    assert row(cloud, network).state == ABSENT


def test_needed_again_before_the_second_audit(cloud: Cloud) -> None:
    network, server = used(cloud)
    delete(cloud, server)
    leave_behind(cloud, network)
    assert mended(cloud) == 0
    cloud.running(**on(network))
    assert mended(cloud) == 0
    assert seen(cloud, network) is not None


def test_strangers_are_left_alone(cloud: Cloud) -> None:
    administrator = cloud.cluster().administrator
    administrator.add_network("theirs", "10.0.0.0/24")
    administrator.add_network("cyclades-net-17", "10.0.0.0/24")
    cloud.pass_time(20)
    assert list(found(cloud)) == [(Kind.FOREIGN_NETWORK, "cyclades-net-17")]
    assert mended(cloud) + mended(cloud) + mended(cloud) == 0


def test_a_network_without_a_row_and_with_a_server_stays(cloud: Cloud) -> None:
    network, _ = used(cloud)
    sql(cloud, "DELETE FROM network_clusters WHERE network_id = :network", network=network.id)
    assert mended(cloud) + mended(cloud) + mended(cloud) == 0
    assert seen(cloud, network) is not None
