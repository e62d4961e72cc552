"""Where transfers of volumes are kept."""

from collections.abc import Sequence
from typing import Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_transfer import VolumeTransfer


class VolumeTransferRepository(Protocol):
    """A volume waits for one new owner at most; in the caller's transaction, all of it."""

    def add(self, transfer: VolumeTransfer) -> None:
        """Keep a new one. Raises AlreadyExists when the volume has one."""
        ...

    def get(self, scope: Scope, transfer_id: str) -> VolumeTransfer:
        """Raises NotFound, also for what the scope does not see."""
        ...

    def take(self, scope: Scope, transfer_id: str) -> VolumeTransfer:
        """Get it, claimed for this transaction. Raises NotFound."""
        ...

    def list(self, listing: Listing) -> Sequence[VolumeTransfer]:
        """A page. Raises NotFound for a bad marker."""
        ...

    def count(self, listing: Listing) -> int:
        """How many there are on all pages."""
        ...

    def remove(self, transfer: VolumeTransfer) -> None:
        """Forget it."""
        ...
