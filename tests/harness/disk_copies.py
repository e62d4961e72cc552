"""What users do with copies of disks: snapshots, backups, images; and what is on disks."""

from dataclasses import dataclass
from typing import Any

from cyclades.domain.model.backup import Backup, WantedBackup
from cyclades.domain.model.image import UPLOAD, Image
from cyclades.domain.model.image_edits import Edit
from cyclades.domain.model.saved_image import WantedServerImage, WantedUpload
from cyclades.domain.model.snapshot import Snapshot, WantedSnapshot
from cyclades.domain.model.volume import Volume
from cyclades.domain.model.wanted_volume import WantedVolume
from cyclades.domain.services.images import EVERYWHERE
from tests.harness.cloud import MEMBER, Cloud
from tests.harness.disks import Disks


@dataclass(slots=True)
class Copies:
    """Verbs of users, in few words."""

    cloud: Cloud
    disks: Disks

    def do(self, verb: Any) -> Any:
        return self.cloud.app.atomically(verb)

    def image(self, content: bytes) -> str:
        """A raw image with these bytes."""
        edits = [
            Edit("add", "name", "marked"),
            Edit("add", "disk_format", "raw"),
            Edit("add", "container_format", "bare"),
            Edit("add", "os_distro", "debian"),
        ]
        made = self.do(lambda unit: unit.images.create(MEMBER, edits))
        self.cloud.app.image_uploads.receive(MEMBER, made.id, UPLOAD, [content], len(content))
        return str(made.id)

    def volume(self, **wanted: Any) -> Volume:
        wish = WantedVolume("v", **wanted)
        made: Volume = self.do(
            lambda unit: unit.volume_creation.create(MEMBER, self.cloud.request(), wish)
        )
        return made

    def snapshot(self, volume: Volume) -> Snapshot:
        wish = WantedSnapshot(volume.id)
        made: Snapshot = self.do(
            lambda unit: unit.snapshots.create(MEMBER, self.cloud.request(), wish)
        )
        return made

    def backup(self, volume: Volume, snapshot_id: str | None = None) -> Backup:
        wish = WantedBackup(volume.id, snapshot_id)
        made: Backup = self.do(lambda unit: unit.backups.create(MEMBER, self.cloud.request(), wish))
        return made

    def restore(self, backup: Backup, volume_id: str | None = None) -> Volume:
        made: Volume = self.do(
            lambda unit: unit.volume_restores.restore(
                MEMBER, self.cloud.request(), backup.id, volume_id
            )
        )
        return made

    def revert(self, volume: Volume, snapshot: Snapshot) -> None:
        self.do(
            lambda unit: unit.volume_restores.revert(
                MEMBER, self.cloud.request(), volume.id, snapshot.id
            )
        )

    def upload(self, volume: Volume, **wanted: Any) -> str:
        """The id of the image."""
        wish = WantedUpload("saved", **wanted)
        _, image = self.do(
            lambda unit: unit.volume_uploads.begin(MEMBER, self.cloud.request(), volume.id, wish)
        )
        return str(image.id)

    def save(self, server_id: str, **metadata: str) -> str:
        """The id of the image."""
        wish = WantedServerImage("saved", metadata)
        image = self.do(
            lambda unit: unit.server_images.create(MEMBER, self.cloud.request(), server_id, wish)
        )
        return str(image.id)

    def see(self, image_id: str) -> Image:
        with self.cloud.app.reader() as unit:
            return unit.images.repository.get(image_id, EVERYWHERE)

    def kept(self, backup: Backup) -> Backup:
        with self.cloud.app.reader() as unit:
            return unit.backup_rows.show(EVERYWHERE, backup.id)

    def content(self, image_id: str) -> bytes:
        content, pieces = self.cloud.app.image_uploads.open_as_system(image_id)
        with_all = b"".join(pieces)
        assert len(with_all) == content.size
        return with_all

    def on_disk(self, volume: Volume) -> bytes:
        """What is on it, by way of an image."""
        image = self.upload(volume)
        self.cloud.converge()
        return self.content(image)

    def leftovers(self) -> list[str]:
        """Instances of tasks that have ended."""
        return [name for name in self.cloud.instances() if "carrier" in name]
