"""Backups of servers: of each kind a server has so many, and the oldest go.

Source: Compute API reference, "Create Server Back Up (createBackup Action)".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cyclades.domain.model.disk_task import DiskTask
from cyclades.domain.model.image import Image, Status
from cyclades.domain.model.image_query import ImageQuery
from cyclades.domain.model.saved_image import Rotation
from cyclades.domain.services.image_uploads import SYSTEM
from cyclades.domain.services.images import EVERYWHERE, Images

KIND, KEEP = "backup_type", "rotation"  # as tasks remember them
AT_ONCE: Final = 100  # so many go by one new backup


@dataclass(frozen=True, slots=True)
class ServerBackups:
    """What becomes of older backups once a new one has its bytes, and not before."""

    images: Images

    def rotate(self, task: DiskTask, newest: Image) -> None:
        """Delete those beyond the number that is kept; protected ones stay, and count."""
        if KEEP not in task.facts or task.server_id is None:
            return
        turned = Rotation(task.facts[KIND], int(task.facts[KEEP]))
        query = ImageQuery(
            one_of={"owner": (newest.owner,), "status": (Status.ACTIVE,)},
            properties=turned.marks(task.server_id),
            visibility="all",
        )
        found = self.images.repository.page(EVERYWHERE, query, turned.keep + AT_ONCE)
        for image in found[turned.keep :]:
            spared = image.protected or (turned.keep and image.id == newest.id)
            if not spared:
                self.images.delete(SYSTEM, image.id)


def turn(rotation: Rotation | None) -> Mapping[str, str]:
    """What a task that makes a backup has to remember."""
    return {KIND: rotation.kind, KEEP: str(rotation.keep)} if rotation else {}
