"""Where clusters are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from cyclades.domain.model.cluster import Capacity, Cluster, ClusterConnection


class ClusterRepository(Protocol):
    """The operator's clusters; credentials are sealed at rest."""

    def add(self, cluster: Cluster, now: datetime) -> None:
        """Raises AlreadyExists for a known name or UUID."""
        ...

    def get(self, cluster_id: str) -> Cluster:
        """Raises NotFound."""
        ...

    def by_name(self, name: str) -> Cluster:
        """Raises NotFound."""
        ...

    def list(self) -> Sequence[Cluster]:
        """All, by name, without their passwords."""
        ...

    def set_state(
        self,
        cluster_id: str,
        now: datetime,
        *,
        drained: bool | None = None,
        offline: bool | None = None,
        breaker_open: bool | None = None,
        trouble: str | None = None,
    ) -> None:
        """Change switches, or why it does not answer; None leaves one as it is."""
        ...

    def set_connection(self, connection: ClusterConnection, now: datetime) -> None:
        """Another way to the cluster with the connection's id; its driver stays."""
        ...

    def set_capacity(self, cluster_id: str, capacity: Capacity, now: datetime) -> None:
        """What was last seen."""
        ...

    def reserve(self, cluster_id: str, count: int, memory: int, disk: int) -> None:
        """Count more instances until the next sight; memory and disk of each in MiB."""
        ...

    def remove(self, cluster_id: str) -> None:
        """Forget a cluster. Raises Conflict while live servers are in it."""
        ...

    def note_heard(self, cluster_id: str, now: datetime, token: str | None = None) -> None:
        """Its nodes were heard through the broker; `token` is that of a test event."""
        ...

    def heard_token(self, cluster_id: str) -> str | None:
        """The token of the last test event."""
        ...

    def lease(self, cluster_id: str, holder: str, now: datetime, until: datetime) -> bool:
        """Become (or stay) the one who polls this cluster; False while somebody else is."""
        ...
