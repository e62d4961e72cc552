"""In which clusters servers on some networks can be."""

from collections.abc import Collection
from dataclasses import dataclass

from cyclades.domain.model.errors import Conflict
from cyclades.domain.model.network_cluster import LIVE, Bound, Reach
from cyclades.ports.network_clusters import NetworkClusterRepository

NOT_TOGETHER = "The server's networks are not all available in one place; choose networks that are."
NOT_THERE = "The network is not available where the server is."


@dataclass(frozen=True, slots=True)
class NetworkReach:
    """External networks are where operators say, others anywhere unless they cannot span."""

    rows: NetworkClusterRepository

    def of(self, network_ids: Collection[str]) -> Reach:
        """Where servers on all of them can be. Raises Conflict when that is nowhere.

        Called before the caller holds the networks.
        """
        bounds = self.rows.bounds(network_ids)
        if not any(bound.external or not bound.spans for bound in bounds):
            return Reach()
        allowed, homeless = self._narrowed(bounds)
        if homeless:
            # Whoever is first with the lock says where they are.
            self.rows.bounds(homeless, lock=True)
            allowed, homeless = self._narrowed(self.rows.bounds(network_ids))
        if allowed is not None and not allowed:
            raise Conflict(NOT_TOGETHER)
        return Reach(allowed, tuple(homeless))

    def settle(self, reach: Reach, cluster_id: str) -> Reach:
        """The first server is put there: the others have to follow."""
        if not reach.homeless:
            return reach
        self.rows.set_home(reach.homeless, cluster_id)
        return Reach(frozenset({cluster_id}))

    def admit(self, network_ids: Collection[str], cluster_id: str) -> None:
        """A server in this cluster is to be plugged in. Raises Conflict."""
        reach = self.of(network_ids)
        if reach.clusters is not None and cluster_id not in reach.clusters:
            raise Conflict(NOT_THERE)
        self.settle(reach, cluster_id)

    def _narrowed(self, bounds: Collection[Bound]) -> tuple[frozenset[str] | None, Collection[str]]:
        rows = self.rows.whereabouts([bound.network_id for bound in bounds])
        allowed: frozenset[str] | None = None
        homeless: list[str] = []
        for bound in bounds:
            mine = [row for row in rows if row.network_id == bound.network_id]
            if bound.external:
                places = frozenset(row.cluster_id for row in mine if row.mapped)
            elif bound.spans:
                continue
            else:
                live = {row.cluster_id for row in mine if row.state in LIVE}
                if bound.home_cluster_id not in live:
                    homeless.append(bound.network_id)
                    continue
                places = frozenset({bound.home_cluster_id or ""})
            allowed = places if allowed is None else allowed & places
        return allowed, homeless
