"""Availability zones: a name that one or more clusters share."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cyclades.domain.model.cluster import Cluster


@dataclass(slots=True)
class AvailabilityZone:
    """`clusters` says of each by name whether it can take servers now."""

    name: str
    clusters: dict[str, bool] = field(default_factory=dict)

    @property
    def available(self) -> bool:
        """Whether any of its clusters can take servers."""
        return any(self.clusters.values())


def zones_of(clusters: Iterable[Cluster]) -> list[AvailabilityZone]:
    """The zones of these clusters, by name."""
    zones: dict[str, AvailabilityZone] = {}
    for cluster in clusters:
        zone = zones.setdefault(
            cluster.availability_zone, AvailabilityZone(cluster.availability_zone)
        )
        zone.clusters[cluster.name] = not (
            cluster.drained or cluster.offline or cluster.breaker_open
        )
    return [zones[name] for name in sorted(zones)]
