"""Clusters in which the public network is made already, as in any that had a server before.

So what a test watches are the jobs of its servers, with the numbers that they always had.
"""

from dataclasses import replace

from cyclades.adapters.simulated import networks
from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.adapters.simulated.world import GROUP, World
from cyclades.bootstrap import Application
from cyclades.bootstrap.unit import Unit
from cyclades.domain.model.network import Network
from cyclades.domain.model.network_cluster import ACTIVE, name_in_clusters, pool_of
from cyclades.domain.services.cluster_networks import tags_of


def make_known(app: Application, cluster_id: str) -> None:
    """The database says so."""

    def verb(unit: Unit) -> None:
        for row in unit.network_clusters.of_cluster(cluster_id):
            unit.network_clusters.save(replace(row, state=ACTIVE, groups=(GROUP,)))

    app.atomically(verb)


def make_real(app: Application, driver: SimulatedDriver, cluster_id: str) -> None:
    """The cluster has them, too."""
    with app.reader() as unit:
        there = unit.network_clusters.of_cluster(cluster_id)
        known = [unit.network_rows.get(row.network_id) for row in there]
        pools = unit.network_clusters.pools([network.id for network in known])
    prefix = app.settings.instance_prefix

    def verb(world: World) -> None:
        for network in known:
            add(world, network, prefix, pools.get(network.id))

    driver.store.change(verb)
    make_known(app, cluster_id)


def add(world: World, network: Network, prefix: str, cidr: str | None) -> None:
    """One network, connected to all nodes."""
    name = name_in_clusters(prefix, network.id)
    tags = list(tags_of(network))
    networks.add(world, {"network_name": name, "network": pool_of(cidr), "tags": tags})
    networks.connect(
        world,
        {
            "network_name": name,
            "group_name": GROUP,
            "network_mode": network.mode,
            "network_link": network.link,
        },
    )
