"""Servers whose disks become images."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cyclades.domain.model.build import SavedAs
from cyclades.domain.model.disk_task import DiskTask, TaskKind
from cyclades.domain.model.disk_templates import Can
from cyclades.domain.model.disk_templates import require as require_template
from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import Image
from cyclades.domain.model.instance_action import InstanceAction
from cyclades.domain.model.saved_image import WantedServerImage, of_server
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.volume import Volume, disk_name
from cyclades.domain.services.disk_copies import DiskCopies, kept_format
from cyclades.domain.services.images import EVERYWHERE, Images
from cyclades.domain.services.server_backups import turn
from cyclades.ports.clock import Clock
from cyclades.ports.disk_tasks import DiskTaskRepository
from cyclades.ports.ids import Ids
from cyclades.ports.servers import InstanceActions, ServerRepository
from cyclades.ports.volume_attachments import VolumeAttachmentRepository
from cyclades.ports.volumes import VolumeRepository


@dataclass(frozen=True, slots=True)
class ServerImages:
    """The disk that the server boots from, its own or a volume, becomes a plain image.

    `usual_template`: of servers' disks, where nobody knows better.
    """

    servers: ServerRepository
    actions: InstanceActions
    attachments: VolumeAttachmentRepository
    volumes: VolumeRepository
    images: Images
    copies: DiskCopies
    tasks: DiskTaskRepository
    clock: Clock
    ids: Ids
    prefix: str
    usual_template: str

    def create(
        self, caller: Caller, request_id: str, server_id: str, wanted: WantedServerImage
    ) -> Image:
        """Promise an image. Raises NotFound, Conflict, InvalidInput, OverQuota."""
        server = self.servers.get(reach_of(caller), server_id)
        action = Action.CREATE_BACKUP if wanted.rotation else Action.CREATE_IMAGE
        server.admit(action, caller)
        self._refuse_second(server, action)
        task_id, base, volume = (
            self.ids.new(),
            self._image(server.image_id),
            self._boot_volume(server),
        )
        if volume is None:
            facts = self._own_disk(server)
            disk_format = kept_format({"disk_format": base.disk_format or ""} if base else {})
        elif wanted.rotation:
            raise InvalidInput("Backup is not supported for volume-backed instances.")
        else:
            self.copies.require(volume, Can.SAVE)
            facts = self.copies.claim(volume, task_id)[1]
            disk_format = kept_format(volume.image_metadata)
        edits = of_server(wanted, server, base, int(facts["size"]), disk_format)
        image = self.images.create(caller, edits)
        self._note(caller, request_id, server, task_id, action)
        task = self.copies.task(
            TaskKind.SAVE_SERVER, caller, request_id, task_id, server.cluster_id
        )
        about = replace(
            task,
            facts={**facts, **turn(wanted.rotation)},
            volume_id=volume.id if volume else None,
            image_id=image.id,
            server_id=server.id,
        )
        self.copies.save(about, SavedAs.IMAGE, image.id, disk_format)
        return image

    def _refuse_second(self, server: Server, action: Action) -> None:
        if any(self._awaits_bytes(task) for task in self.tasks.of_server(server.id)):
            raise Conflict(
                f"Cannot '{action}' instance {server.id} while it is in task_state image_snapshot"
            )

    def _awaits_bytes(self, task: DiskTask) -> bool:
        """Clients go on when an image is active, while its carrier is still to be removed."""
        if task.kind is not TaskKind.SAVE_SERVER:
            return False
        image = self._image(task.image_id)
        return image is None or image.data is None

    def _image(self, image_id: str | None) -> Image | None:
        try:
            return self.images.repository.get(image_id or "", EVERYWHERE)
        except NotFound:
            return None

    def _boot_volume(self, server: Server) -> Volume | None:
        for attachment in self.attachments.of_server(server.id):
            if attachment.boot_index == 0:
                return self.volumes.by_id(attachment.volume_id)
        return None

    def _own_disk(self, server: Server) -> Mapping[str, str]:
        template = server.disk_template or self.usual_template
        require_template(template, Can.SAVE)
        return {
            "source_instance": server.instance,
            "source_disk": disk_name(self.prefix, server.id),
            "source_server": server.id,
            "size": str(max(server.disk, 1)),
            "template": template,
        }

    def _note(
        self, caller: Caller, request_id: str, server: Server, task_id: str, action: Action
    ) -> None:
        now = self.clock.now()
        self.actions.begin(
            InstanceAction(
                self.ids.new(),
                server.id,
                request_id,
                action,
                caller.user_id,
                caller.project_id,
                task_id,
                now,
                now,
            )
        )
