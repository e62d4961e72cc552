"""Placement: which cluster takes a server. Pure functions in two tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cyclades.domain.model.cluster import Cluster
from cyclades.domain.model.errors import NoCapacity

GIB = 1024  # MiB
VCPUS_PER_CPU = 64  # overcommit that a cluster's own policy may narrow


@dataclass(frozen=True, slots=True)
class Demand:
    """What a server needs. ram in MiB, disk in GiB; no zone means any.

    `clusters`: those that its networks can be in, by id; None when they can be anywhere.
    """

    vcpus: int
    ram: int
    disk: int
    disk_template: str
    zone: str | None = None
    clusters: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The cluster, and why: which filter refused the others, how the rest weighed."""

    cluster: Cluster
    refused: Mapping[str, str]
    weights: Mapping[str, float]


Filter = Callable[[Cluster, Demand], bool]
Weigher = Callable[[Cluster, Demand], float]

FILTERS: Mapping[str, Filter] = {
    "drained": lambda cluster, _: not cluster.drained,
    "offline": lambda cluster, _: not cluster.offline,
    "not answering": lambda cluster, _: not cluster.breaker_open,
    "availability zone": lambda cluster, demand: (
        demand.zone is None or cluster.availability_zone == demand.zone
    ),
    "networks": lambda cluster, demand: demand.clusters is None or cluster.id in demand.clusters,
    "disk template": lambda cluster, demand: demand.disk_template in cluster.disk_templates,
    "memory": lambda cluster, demand: cluster.capacity.memory_free >= demand.ram,
    "disk": lambda cluster, demand: cluster.capacity.disk_free >= demand.disk * GIB,
    "cpus": lambda cluster, demand: demand.vcpus <= cluster.capacity.cpus_total * VCPUS_PER_CPU,
}

WEIGHERS: Mapping[str, tuple[float, Weigher]] = {
    "free memory": (2.0, lambda c, _: c.capacity.memory_free / max(c.capacity.memory_total, 1)),
    "free disk": (1.0, lambda c, _: c.capacity.disk_free / max(c.capacity.disk_total, 1)),
    "instances per cpu": (
        1.0,
        lambda c, _: -c.capacity.instances / max(c.capacity.cpus_total, 1) / 4,
    ),
}


def choose(clusters: Sequence[Cluster], demand: Demand) -> Choice:
    """The heaviest cluster that passes every filter. Raises NoCapacity."""
    refused = {
        cluster.name: reason
        for cluster in clusters
        if (reason := refusal(cluster, demand)) is not None
    }
    left = [cluster for cluster in clusters if cluster.name not in refused]
    if not left:
        raise NoCapacity("No valid host was found. There are not enough hosts available.")
    weights = {cluster.name: weight(cluster, demand) for cluster in left}
    best = max(left, key=lambda cluster: (weights[cluster.name], cluster.name))
    return Choice(best, refused, weights)


def refusal(cluster: Cluster, demand: Demand) -> str | None:
    """The name of the first filter that refuses, or None."""
    return next((name for name, passes in FILTERS.items() if not passes(cluster, demand)), None)


def weight(cluster: Cluster, demand: Demand) -> float:
    """The weighted sum of the weighers."""
    return sum(factor * weigh(cluster, demand) for factor, weigh in WEIGHERS.values())
