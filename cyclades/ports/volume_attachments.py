"""Where it is kept which server has which volume."""

from collections.abc import Sequence
from typing import Protocol

from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_attachment import VolumeAttachment


class VolumeAttachmentRepository(Protocol):
    """A volume is in one server at most; in the caller's transaction, all of it."""

    def add(self, attachment: VolumeAttachment) -> None:
        """Keep a new one.

        Raises AlreadyExists when the volume is somewhere already, or the server has the device.
        """
        ...

    def get(self, scope: Scope, attachment_id: str) -> VolumeAttachment:
        """Claimed for this transaction. Raises NotFound, also for what the scope does not see."""
        ...

    def of_volume(self, volume_id: str) -> VolumeAttachment | None:
        """Where the volume is, claimed for this transaction."""
        ...

    def of_server(self, server_id: str) -> Sequence[VolumeAttachment]:
        """What the server has, in the order of its devices; claimed."""
        ...

    def save(self, attachment: VolumeAttachment) -> VolumeAttachment:
        """Write the version after the one that was read, and return it. Raises StaleVersion."""
        ...

    def remove(self, attachment: VolumeAttachment) -> None:
        """Forget it; one that is gone is no error."""
        ...
