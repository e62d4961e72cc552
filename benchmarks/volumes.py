"""A list of 1,000 volumes, with metadata and what they remember of their image."""

from datetime import UTC, datetime

from benchmarks.ground import SERVERS, Ground
from benchmarks.measures import listing
from cyclades.bootstrap import Unit
from cyclades.domain.model.volume import Volume, VolumeStatus

THEN = datetime(2026, 1, 2, tzinfo=UTC)


def listing_volumes(ground: Ground) -> dict[str, float]:
    """They are made first."""
    owner = ground.app.identity.caller(ground.token).project_id or ""

    def keep(unit: Unit) -> None:
        kind = unit.volume_types.default().id
        for number in range(SERVERS):
            unit.volume_rows.add(a_volume(number, owner, unit.app.ids.new(), kind))

    ground.app.atomically(keep)
    return listing(ground, "volumes")


def a_volume(number: int, owner: str, volume_id: str, type_id: str) -> Volume:
    """One that waits for a server."""
    return Volume(
        id=volume_id,
        project_id=owner,
        user_id=owner,
        name=f"volume-{number}",
        size=1,
        type_id=type_id,
        availability_zone="nova",
        disk_template="sharedfile",
        created=THEN,
        updated=THEN,
        status=VolumeStatus.AVAILABLE,
        metadata={"use": "bench"},
        image_metadata={"os_distro": "debian", "disk_format": "raw"},
    )
