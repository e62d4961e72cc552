"""Whom the OS definition asks."""

from typing import TYPE_CHECKING

from cyclades.domain.model.build import Build, SavedAs
from cyclades.domain.model.image import Image
from cyclades.domain.services.backup_bytes import SavedBackups
from cyclades.domain.services.build_desk import OurBuildDesk, SavedImages
from cyclades.domain.services.images import EVERYWHERE
from cyclades.ports.build_desk import SavedDisks

if TYPE_CHECKING:
    from cyclades.bootstrap.application import Application


def make(app: "Application") -> OurBuildDesk:
    """The desk of this process; each question is a transaction of its own."""

    def find(ticket: str, cluster_id: str) -> Build:
        with app.reader() as unit:
            return unit.builds.of(ticket, cluster_id)

    def image(image_id: str) -> Image:
        with app.reader() as unit:
            return unit.images.repository.get(image_id, EVERYWHERE)

    images = SavedImages(app.image_uploads, image)
    backups = SavedBackups(
        lambda work: app.atomically(lambda unit: work(unit.backup_rows)),
        app.image_store,
        app.ids,
        app.settings.image_max_bytes,
    )
    saved: dict[SavedAs, SavedDisks] = {SavedAs.IMAGE: images, SavedAs.BACKUP: backups}
    return OurBuildDesk(find, app.image_store, saved)
