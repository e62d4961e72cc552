"""Where volumes are kept."""

from collections.abc import Sequence
from typing import Protocol

from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume import Volume


class VolumeRepository(Protocol):
    """Volumes as aggregates; in the caller's transaction, all of it."""

    def add(self, volume: Volume) -> None:
        """Keep a new volume. Raises NotFound when its type or its cluster has gone."""
        ...

    def get(self, scope: Scope, volume_id: str) -> Volume:
        """Claimed for this transaction. Raises NotFound, also for what the scope does not see."""
        ...

    def by_id(self, volume_id: str) -> Volume | None:
        """Whoever's it is, claimed for this transaction; None when it is gone."""
        ...

    def of_cluster(self, cluster_id: str) -> Sequence[Volume]:
        """Those with a disk there, not claimed, oldest first."""
        ...

    def being_copied(self, volume_id: str) -> bool:
        """Whether another volume is being filled from its disk."""
        ...

    def awaiting(self, snapshot_id: str) -> bool:
        """Whether a volume is to be a copy of its disk once a server has it."""
        ...

    def save(self, volume: Volume) -> Volume:
        """Write the version after the one that was read, and return it. Raises StaleVersion."""
        ...

    def remove(self, volume: Volume) -> None:
        """Forget it. Raises StaleVersion when it is not the version that was read.

        What still names it (a snapshot, an attachment) makes it stay: Conflict.
        """
        ...
