"""Which networks are in which clusters."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from cyclades.domain.model.network_cluster import Bound, NetworkCluster


class NetworkClusterRepository(Protocol):
    """One row for each network and cluster that have to do with each other."""

    def usable(self, cluster_id: str, network_ids: Collection[str]) -> Mapping[str, NetworkCluster]:
        """Those of the networks that are made there or being made, by network.

        Until the transaction ends they stay so.
        """
        ...

    def lock(self, network_id: str, cluster_id: str, new_id: str) -> NetworkCluster:
        """The row for changing; one with `new_id` is made when there is none."""
        ...

    def lock_by_id(self, row_id: str) -> NetworkCluster | None:
        """The same, if it is there."""
        ...

    def abandoned(self, cluster_id: str, network_ids: Collection[str]) -> Sequence[NetworkCluster]:
        """Those of the networks that no server there is plugged into and nobody wants to stay.

        For changing, and made or being made.
        """
        ...

    def save(self, row: NetworkCluster) -> None:
        """Keep it; the caller has locked it."""
        ...

    def of_network(self, network_id: str) -> Sequence[NetworkCluster]:
        """All of a network, for changing."""
        ...

    def of_cluster(self, cluster_id: str) -> Sequence[NetworkCluster]:
        """All of a cluster, as they are at this moment."""
        ...

    def map_all(self, pairs: Collection[tuple[str, str, str]]) -> None:
        """Say that networks are in clusters: (new row's id, network, cluster) each."""
        ...

    def remove(self, row_ids: Collection[str]) -> None:
        """Forget rows."""
        ...

    def whereabouts(self, network_ids: Collection[str]) -> Sequence[NetworkCluster]:
        """Rows of these networks, as they are at this moment."""
        ...

    def bounds(self, network_ids: Collection[str], *, lock: bool = False) -> Sequence[Bound]:
        """What keeps these networks' servers together; in the order of their ids."""
        ...

    def set_home(self, network_ids: Collection[str], cluster_id: str) -> None:
        """All servers of these networks are in this cluster."""
        ...

    def external(self) -> Sequence[str]:
        """The ids of all external networks."""
        ...

    def forget_cluster(self, cluster_id: str) -> None:
        """The cluster goes: no network is in it, and none has its home there."""
        ...

    def pools(self, network_ids: Collection[str]) -> Mapping[str, str]:
        """The first IPv4 subnet's prefix of each network that has one."""
        ...

    def plugged(self, network_id: str, cluster_id: str) -> int:
        """How many ports of the cluster's servers are on the network."""
        ...

    def ours(self, network_ids: Collection[str]) -> Collection[str]:
        """Which of these ids networks have, or had when something was asked of a cluster."""
        ...

    def awaiting(self, network_id: str, cluster_id: str) -> Sequence[str]:
        """The ids of effects that would plug servers of the cluster in, and have not begun."""
        ...
