"""A list of 1,000 volumes with metadata and what they remember of their image, half in servers."""

from datetime import UTC, datetime

from sqlalchemy import text

from benchmarks.ground import SERVERS, Ground
from benchmarks.measures import listing
from cyclades.bootstrap import Unit
from cyclades.domain.model.volume import Volume, VolumeStatus
from cyclades.domain.model.volume_attachment import AttachmentStatus, VolumeAttachment

THEN = datetime(2026, 1, 2, tzinfo=UTC)


def listing_volumes(ground: Ground) -> dict[str, float]:
    """They are made first."""
    owner = ground.app.identity.caller(ground.token).project_id or ""
    others = text("SELECT id FROM servers WHERE id != :shown ORDER BY id LIMIT :half")
    with ground.app.engine.connect() as connection:
        found = connection.execute(others, {"shown": ground.server, "half": SERVERS // 2})
        servers = found.scalars().all()

    def keep(unit: Unit) -> None:
        kind, ids = unit.volume_types.default().id, unit.app.ids
        for number in range(SERVERS):
            volume = a_volume(number, owner, ids.new(), kind)
            unit.volume_rows.add(volume)
            if number < len(servers):
                unit.volume_attachments.add(an_attachment(volume, servers[number], ids.new()))

    ground.app.atomically(keep)
    return listing(ground, "volumes")


def a_volume(number: int, owner: str, volume_id: str, type_id: str) -> Volume:
    """One that its project made from an image."""
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


def an_attachment(volume: Volume, server_id: str, attachment_id: str) -> VolumeAttachment:
    """The second disk of a server."""
    return VolumeAttachment(
        attachment_id,
        volume.id,
        server_id,
        volume.project_id,
        volume.user_id,
        "/dev/vdb",
        THEN,
        THEN,
        AttachmentStatus.ATTACHED,
    )
