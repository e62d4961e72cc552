"""Placing servers: the clusters as they are, and where their networks let them be."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from cyclades.domain.model.cluster import Cluster
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.flavor import Flavor
from cyclades.domain.model.network_cluster import Reach
from cyclades.domain.model.placement import GIB, Choice, Demand, choose
from cyclades.domain.services.network_reach import NetworkReach
from cyclades.ports.clusters import ClusterRepository


@dataclass(slots=True)
class Round:
    """The clusters while the servers of one request are placed, each beside the others.

    `template` is what their disks are kept on, `among` where their volumes can be (None: anywhere).
    """

    clusters: dict[str, Cluster]
    reach: Reach
    template: str
    among: frozenset[str] | None = None

    @property
    def possible(self) -> frozenset[str] | None:
        """Where networks and volumes let them be; None when they can be anywhere."""
        if self.among is None or self.reach.clusters is None:
            return self.reach.clusters if self.among is None else self.among
        return self.among & self.reach.clusters


@dataclass(frozen=True, slots=True)
class Placement:
    """Chooses clusters; what is chosen is counted when the request commits."""

    clusters: ClusterRepository
    networks: NetworkReach

    def begin(
        self, network_ids: Collection[str], template: str, among: frozenset[str] | None
    ) -> Round:
        """For servers on these networks. Raises Conflict when no place has them all."""
        reach = self.networks.of(network_ids) if network_ids else Reach()
        known = {cluster.id: cluster for cluster in self.clusters.list()}
        return Round(known, reach, template, among)

    def place(self, round_: Round, flavor: Flavor, zone: str | None) -> Choice:
        """The next server's cluster. Raises InvalidInput, NoCapacity."""
        clusters = list(round_.clusters.values())
        if zone is not None and zone not in {cluster.availability_zone for cluster in clusters}:
            raise InvalidInput(
                "The requested availability zone is not available", "server.availability_zone"
            )
        demand = Demand(
            flavor.vcpus, flavor.ram, flavor.disk, round_.template, zone, round_.possible
        )
        choice = choose(clusters, demand)
        round_.clusters[choice.cluster.id] = with_one_more(choice.cluster, flavor)
        round_.reach = self.networks.settle(round_.reach, choice.cluster.id)
        return choice


def reasons(choice: Choice) -> dict[str, object]:
    """Why this cluster, for operators."""
    return {
        "cluster": choice.cluster.name,
        "refused": dict(choice.refused),
        "weights": {name: round(value, 4) for name, value in choice.weights.items()},
    }


def with_one_more(cluster: Cluster, flavor: Flavor) -> Cluster:
    """The cluster as it will be, so that the next one of many is placed elsewhere."""
    had = cluster.capacity
    taken = replace(
        had,
        memory_free=had.memory_free - flavor.ram,
        disk_free=had.disk_free - max(flavor.disk, 1) * GIB,
        instances=had.instances + 1,
    )
    return replace(cluster, capacity=taken)
