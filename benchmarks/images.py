"""A list of 1,000 images, with properties, tags, data and digests."""

from datetime import UTC, datetime

from benchmarks.ground import SERVERS, Ground
from benchmarks.measures import listing
from cyclades.bootstrap import Unit
from cyclades.domain.model.image import Content, Image, Status

THEN = datetime(2026, 1, 2, tzinfo=UTC)
PROPERTIES = {
    "os_distro": "debian",
    "os_version": "12",
    "OSFAMILY": "linux",
    "USERS": "root debian",
}


def listing_images(ground: Ground) -> dict[str, float]:
    """They are made first."""
    owner = ground.app.identity.caller(ground.token).project_id or ""
    made = [an_image(number, owner, ground.app.ids.new()) for number in range(SERVERS)]

    def keep(unit: Unit) -> None:
        for image in made:
            unit.images.repository.add(image)

    ground.app.atomically(keep)
    return listing(ground, "images")


def an_image(number: int, owner: str, image_id: str) -> Image:
    """An active one of 1 GiB."""
    return Image(
        image_id,
        owner,
        THEN,
        THEN,
        name=f"image-{number}",
        status=Status.ACTIVE,
        container_format="bare",
        disk_format="raw",
        properties=PROPERTIES,
        tags=("bench", "debian"),
        content=Content(f"blob-{number}", 2**30, 2**30, "0" * 32, "0" * 128),
    )
