"""What moves images' bytes: made once in a process, opens transactions of its own."""

from datetime import timedelta
from typing import TYPE_CHECKING

from cyclades.adapters.inspection import converter
from cyclades.adapters.inspection.inspector import SandboxedInspector
from cyclades.bootstrap.faultpoints import reached
from cyclades.domain.services.image_importer import ImageImporter
from cyclades.domain.services.image_uploads import ImageUploads

if TYPE_CHECKING:
    from cyclades.bootstrap.application import Application


def uploads(app: "Application") -> ImageUploads:
    """Streams between callers and the store."""
    return ImageUploads(
        lambda work: app.atomically(lambda unit: work(unit.images)),
        lambda blobs: app.atomically(lambda unit: unit.known_blobs(blobs)),
        app.image_store,
        SandboxedInspector(),
        app.clock,
        app.ids,
        app.settings.image_max_bytes,
        app.settings.image_max_virtual_bytes,
        reached,
    )


def importer(app: "Application") -> ImageImporter:
    """Who does imports."""
    return ImageImporter(
        lambda work: app.atomically(lambda unit: work(unit.image_imports)),
        app.image_uploads,
        app.web_downloads,
        converter.make(app),
        timedelta(seconds=app.settings.image_import_lease),
        app.settings.image_conversion,
        reached,
    )
