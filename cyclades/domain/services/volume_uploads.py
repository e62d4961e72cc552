"""Volumes that become images."""

from dataclasses import dataclass, replace

from cyclades.domain.model.build import SavedAs
from cyclades.domain.model.disk_plans import SAVE_BLANK
from cyclades.domain.model.disk_task import TaskKind
from cyclades.domain.model.disk_templates import Can
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import Image
from cyclades.domain.model.saved_image import WantedUpload, of_upload
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.snapshot import require_copyable
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.services.disk_copies import DiskCopies
from cyclades.domain.services.images import Images
from cyclades.ports.ids import Ids
from cyclades.ports.volumes import VolumeRepository


@dataclass(frozen=True, slots=True)
class VolumeUploads:
    """The image waits for its bytes; a carrier with a copy of the disk brings them."""

    volumes: VolumeRepository
    images: Images
    copies: DiskCopies
    ids: Ids

    def begin(
        self, caller: Caller, request_id: str, volume_id: str, wanted: WantedUpload
    ) -> tuple[Volume, Image]:
        """Promise an image. Raises NotFound, InvalidInput, Forbidden, OverQuota, NoCapacity."""
        volume = self.volumes.get(reach_of(caller), volume_id)
        require_copyable(volume, in_use=wanted.in_use)
        wanted.require_ours()
        self.copies.require(volume, Can.SAVE)
        image = self.images.create(caller, of_upload(wanted, volume.size, volume.image_metadata))
        blank = volume.place is Place.NOWHERE
        cluster_id = self.copies.somewhere(volume).id if blank else volume.cluster_id
        task_id = self.ids.new()
        marked, facts = self.copies.claim(volume, task_id, VolumeStatus.UPLOADING)
        task = self.copies.task(TaskKind.UPLOAD, caller, request_id, task_id, cluster_id or "")
        about = replace(
            task,
            facts=facts,
            volume_id=volume.id,
            image_id=image.id,
            plan=SAVE_BLANK if blank else (),
        )
        self.copies.save(about, SavedAs.IMAGE, image.id, wanted.disk_format)
        return marked, image
