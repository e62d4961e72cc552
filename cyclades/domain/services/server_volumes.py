"""Attaching volumes to servers, and detaching them."""

from dataclasses import dataclass, replace

from cyclades.domain.model.device_names import next_device
from cyclades.domain.model.disk_task import TaskKind
from cyclades.domain.model.disk_templates import Can, require
from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.instance_action import InstanceAction
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.volume import Volume, VolumeStatus
from cyclades.domain.model.volume_attachment import AttachmentStatus, VolumeAttachment
from cyclades.domain.services.attached_volumes import Attached, AttachedVolumes
from cyclades.domain.services.volume_sources import refuse_source
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.servers import InstanceActions, ServerRepository
from cyclades.ports.volume_attachments import VolumeAttachmentRepository
from cyclades.ports.volumes import VolumeRepository


@dataclass(frozen=True, slots=True)
class WantedAttachment:
    """Which volume, and how. The device is ours to choose: guests name theirs themselves."""

    volume_id: str
    tag: str | None = None
    delete_on_termination: bool = False


@dataclass(frozen=True, slots=True)
class ServerVolumes:
    """Each verb answers at once; the task's end tells how it went.

    What a server does stays as it is meanwhile, so several may be under way.
    """

    servers: ServerRepository
    actions: InstanceActions
    volumes: VolumeRepository
    attachments: VolumeAttachmentRepository
    moves: AttachedVolumes
    feed: Feed
    clock: Clock
    ids: Ids

    def attach(
        self, caller: Caller, request_id: str, server_id: str, wanted: WantedAttachment
    ) -> VolumeAttachment:
        """Give the server the volume. Raises NotFound, Conflict, InvalidInput, Forbidden."""
        server = self.servers.get(reach_of(caller), server_id)
        volume = self.volumes.get(reach_of(caller), wanted.volume_id)
        server.admit(Action.ATTACH_VOLUME, caller)
        require_attachable(volume, server)
        taken = {each.device for each in self.attachments.of_server(server.id)}
        now = self.clock.now()
        attachment = VolumeAttachment(
            self.ids.new(),
            volume.id,
            server.id,
            server.project_id,
            caller.user_id,
            next_device(taken),
            now,
            now,
            delete_on_termination=wanted.delete_on_termination,
            tag=wanted.tag,
        )
        self.attachments.add(attachment)
        each = Attached(attachment, volume)
        self._begin(caller, request_id, server, each, Action.ATTACH_VOLUME)
        return attachment

    def detach(self, caller: Caller, request_id: str, server_id: str, volume_id: str) -> None:
        """Take the volume from the server. Raises NotFound, Conflict, InvalidInput."""
        server = self.servers.get(reach_of(caller), server_id)
        attachment = self._attached(server, volume_id)
        server.admit(Action.DETACH_VOLUME, caller)
        if attachment.boot_index == 0:
            raise InvalidInput("Cannot detach a root device volume", "volume_id")
        volume = self.volumes.by_id(volume_id)
        if (
            volume is None
            or attachment.status is not AttachmentStatus.ATTACHED
            or volume.status is not VolumeStatus.IN_USE
        ):
            raise InvalidInput(
                "Invalid volume: Unable to detach volume. Volume status must be 'in-use' and "
                "attach_status must be 'attached' to detach.",
                "volume_id",
            )
        require(volume.disk_template, Can.MOVE)
        each = Attached(attachment, volume)
        self._begin(caller, request_id, server, each, Action.DETACH_VOLUME)

    def update(
        self, caller: Caller, server_id: str, volume_id: str, *, delete_on_termination: bool
    ) -> None:
        """Say whether the volume goes with its server. Raises NotFound, Conflict."""
        server = self.servers.get(reach_of(caller), server_id)
        attachment = self._attached(server, volume_id)
        server.admit(Action.UPDATE, caller)
        self.attachments.save(
            replace(
                attachment,
                delete_on_termination=delete_on_termination,
                updated=self.clock.now(),
            )
        )
        self._show(server)

    def _attached(self, server: Server, volume_id: str) -> VolumeAttachment:
        for attachment in self.attachments.of_server(server.id):
            if attachment.volume_id == volume_id:
                return attachment
        raise NotFound("volume", volume_id)

    def _begin(
        self, caller: Caller, request_id: str, server: Server, each: Attached, action: Action
    ) -> None:
        if each.volume.task_id is not None:
            raise Conflict(
                f"Another operation on volume {each.volume.id} is under way: please try again when "
                "it has ended."
            )
        refuse_source(self.volumes, each.volume)
        now = self.clock.now()
        task_id = self.moves.move(KINDS[action], server, each, caller.user_id, request_id)
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
        self._show(server)

    def _show(self, server: Server) -> None:
        # The server shows other volumes: it is another version of itself.
        self.servers.save(server, self.clock.now())
        self.feed.publish(Changed("server", server.id, server.version, server.project_id))


KINDS = {Action.ATTACH_VOLUME: TaskKind.ATTACH, Action.DETACH_VOLUME: TaskKind.DETACH}


def require_attachable(volume: Volume, server: Server, field: str = "volumeAttachment") -> None:
    """Raise InvalidInput unless the volume may be this server's."""
    where = f"{field}.volumeId"
    if volume.status is not VolumeStatus.AVAILABLE:
        raise InvalidInput(
            f"Invalid volume: volume '{volume.id}' status must be 'available'. Currently in "
            f"'{volume.status}'",
            where,
        )
    if volume.project_id != server.project_id:
        raise InvalidInput(f"Volume {volume.id} is of another project than the server.", where)
    if volume.readonly:
        raise InvalidInput(
            f"Invalid volume: volume '{volume.id}' is read-only, and servers write to their disks: "
            "allow it with os-update_readonly_flag.",
            where,
        )
    if not server.disk_template:
        raise Conflict(
            f"What the disks of server {server.id} are kept on has not been seen yet; please try "
            "again, or ask your operator if it has none."
        )
    if volume.disk_template != server.disk_template:
        raise InvalidInput(
            f"Invalid volume: the type of volume '{volume.id}' is kept on {volume.disk_template}, "
            f"the server's disks on {server.disk_template}.",
            where,
        )
    if volume.cluster_id is not None and volume.cluster_id != server.cluster_id:
        raise InvalidInput(
            f"Invalid volume: volume '{volume.id}' and the server are in different clusters: make "
            "the server in the volume's cluster (boot from it, or attach it at creation).",
            where,
        )
    if volume.cluster_id is None and volume.availability_zone != server.availability_zone:
        raise InvalidInput(
            f"Instance {server.id} and volume {volume.id} are not in the same availability_zone. "
            f"Instance is in {server.availability_zone}. Volume is in {volume.availability_zone}",
            where,
        )
