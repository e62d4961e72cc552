"""Where operators say that networks are: the external ones, everywhere unless they say so."""

from dataclasses import dataclass, replace

from cyclades.domain.model.errors import Conflict
from cyclades.domain.model.network_cluster import ABSENT, LIVE, NetworkCluster
from cyclades.domain.services.cluster_networks import ClusterNetworks
from cyclades.ports.clusters import ClusterRepository
from cyclades.ports.ids import Ids
from cyclades.ports.network_clusters import NetworkClusterRepository


@dataclass(frozen=True, slots=True)
class NetworkMapping:
    """What is mapped is made with the first server, like any network, and stays."""

    rows: NetworkClusterRepository
    making: ClusterNetworks
    clusters: ClusterRepository
    ids: Ids

    def everywhere(self, network_id: str) -> None:
        """The network is external now: it is in all clusters."""
        clusters = self.clusters.list()
        self.rows.map_all([(self.ids.new(), network_id, cluster.id) for cluster in clusters])

    def nowhere(self, network_id: str) -> None:
        """The network is external no more: where no server needs it, it goes."""
        for row in self.rows.of_network(network_id):
            self.rows.save(replace(row, mapped=False))
            self.making.leave(row.cluster_id, [network_id])

    def welcome(self, cluster_id: str) -> None:
        """A new cluster has all external networks."""
        networks = self.rows.external()
        self.rows.map_all([(self.ids.new(), network_id, cluster_id) for network_id in networks])

    def forget(self, cluster_id: str) -> None:
        """The cluster goes, and nobody asks it for anything any more."""
        self.rows.forget_cluster(cluster_id)

    def map(
        self, network_id: str, cluster_id: str, mode: str | None, link: str | None
    ) -> NetworkCluster:
        """The network is in the cluster, with a mode and a link of its own or the network's.

        Raises Conflict for another link while it is made there, and for users' networks: these
        are where their servers are.
        """
        if not all(bound.external for bound in self.rows.bounds([network_id])):
            raise Conflict("Only external networks are mapped.")
        row = self.rows.lock(network_id, cluster_id, self.ids.new())
        if row.state != ABSENT and (mode, link) != (row.mode, row.link):
            raise Conflict("The network is in use there; unmap it first.")
        mapped = replace(row, mapped=True, mode=mode, link=link)
        self.rows.save(mapped)
        return mapped

    def unmap(self, network_id: str, cluster_id: str) -> None:
        """The network is in the cluster no more. Raises Conflict while servers there use it."""
        row = self.rows.lock(network_id, cluster_id, self.ids.new())
        plugged = self.rows.plugged(network_id, cluster_id)
        if plugged:
            raise Conflict(f"{plugged} ports of servers in the cluster are on the network.")
        row = replace(row, mapped=False, mode=None, link=None)
        self.rows.save(row)
        if row.state in LIVE:
            self.making.withdraw(row)
