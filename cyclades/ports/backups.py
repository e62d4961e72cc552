"""Where backups are kept; their bytes are in the image store."""

from collections.abc import Collection, Sequence
from typing import Protocol

from cyclades.domain.model.backup import Backup
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope


class BackupRepository(Protocol):
    """Backups as aggregates, and lists of them; in the caller's transaction, all of it."""

    def add(self, backup: Backup) -> None:
        """Keep a new one."""
        ...

    def show(self, scope: Scope, backup_id: str) -> Backup:
        """Not claimed. Raises NotFound, also for what the scope does not see."""
        ...

    def get(self, scope: Scope, backup_id: str) -> Backup:
        """Claimed for this transaction. Raises NotFound as `show` does."""
        ...

    def by_id(self, backup_id: str) -> Backup | None:
        """Whoever's it is, claimed for this transaction; None when it is gone."""
        ...

    def list(self, listing: Listing) -> Sequence[Backup]:
        """A page. Raises NotFound for a bad marker."""
        ...

    def count(self, listing: Listing) -> int:
        """How many there are on all pages."""
        ...

    def known_blobs(self, blobs: Collection[str]) -> set[str]:
        """Those of them that backups name."""
        ...

    def save(self, backup: Backup) -> Backup:
        """Write the version after the one that was read, and return it. Raises StaleVersion."""
        ...

    def remove(self, backup: Backup) -> None:
        """Forget it. Raises StaleVersion when it is not the version that was read."""
        ...
