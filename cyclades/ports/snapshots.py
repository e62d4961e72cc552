"""Where snapshots are kept."""

from collections.abc import Sequence
from typing import Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.snapshot import Snapshot


class SnapshotRepository(Protocol):
    """Snapshots as aggregates, and lists of them; in the caller's transaction, all of it."""

    def add(self, snapshot: Snapshot) -> None:
        """Keep a new one. Raises NotFound when its volume has gone."""
        ...

    def show(self, scope: Scope, snapshot_id: str) -> Snapshot:
        """Not claimed. Raises NotFound, also for what the scope does not see."""
        ...

    def get(self, scope: Scope, snapshot_id: str) -> Snapshot:
        """Claimed for this transaction. Raises NotFound as `show` does."""
        ...

    def by_id(self, snapshot_id: str) -> Snapshot | None:
        """Whoever's it is, claimed for this transaction; None when it is gone."""
        ...

    def of_volume(self, volume_id: str) -> Sequence[Snapshot]:
        """A volume's, the newest first; not claimed."""
        ...

    def of_cluster(self, cluster_id: str) -> Sequence[Snapshot]:
        """Those with a disk there, not claimed, oldest first."""
        ...

    def list(self, listing: Listing) -> Sequence[Snapshot]:
        """A page. Raises NotFound for a bad marker."""
        ...

    def count(self, listing: Listing) -> int:
        """How many there are on all pages."""
        ...

    def save(self, snapshot: Snapshot) -> Snapshot:
        """Write the version after the one that was read, and return it. Raises StaleVersion."""
        ...

    def remove(self, snapshot: Snapshot) -> None:
        """Forget it. Raises StaleVersion when it is not the version that was read."""
        ...
