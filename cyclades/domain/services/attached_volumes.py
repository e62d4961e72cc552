"""The volumes of servers that come and go: their rows, and the tasks that move them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from cyclades.domain.model.disk_task import DiskTask, TaskKind
from cyclades.domain.model.errors import Conflict
from cyclades.domain.model.events import Changed
from cyclades.domain.model.server import Server
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.model.volume_attachment import AttachmentStatus, VolumeAttachment
from cyclades.domain.services.disk_tasks import DiskTasks
from cyclades.domain.services.volume_endings import KEPT_BY_SNAPSHOTS
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.volume_attachments import VolumeAttachmentRepository
from cyclades.ports.volumes import VolumeRepository

LOST: Final = "The volume's disk was removed with the server that it was in."
GOES: Final = "goes"  # the fact that the volume has outlived a server that it was to go with
NEVER_FILLED: Final = "The server was deleted before its image was copied to the volume."
# What a volume and its attachment say while it moves.
MOVING: Final[Mapping[TaskKind, tuple[VolumeStatus, AttachmentStatus]]] = {
    TaskKind.ATTACH: (VolumeStatus.ATTACHING, AttachmentStatus.ATTACHING),
    TaskKind.DETACH: (VolumeStatus.DETACHING, AttachmentStatus.DETACHING),
}


class Attached(NamedTuple):
    """A volume, and how it is in its server."""

    attachment: VolumeAttachment
    volume: Volume

    @property
    def kept(self) -> bool:
        """Its disk is in the server and is to outlive it."""
        return self.inside and not self.attachment.delete_on_termination

    @property
    def waits(self) -> bool:
        """It is to be attached when the server's instance is there."""
        return self.attachment.status is AttachmentStatus.RESERVED

    @property
    def inside(self) -> bool:
        """Its disk is in the server."""
        return self.volume.place is Place.SERVER

    @property
    def made_for_it(self) -> bool:
        """It was made together with the server, in one transaction and at one moment."""
        return self.volume.created == self.attachment.created


@dataclass(frozen=True, slots=True)
class AttachedVolumes:
    """In the transaction that changes the server, which is claimed already."""

    volumes: VolumeRepository
    attachments: VolumeAttachmentRepository
    tasks: DiskTasks
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids

    def of(self, server_id: str) -> Sequence[Attached]:
        """What the server has or is to have, in the order of its devices."""
        found = []
        for attachment in self.attachments.of_server(server_id):
            volume = self.volumes.by_id(attachment.volume_id)
            if volume is not None:
                found.append(Attached(attachment, volume))
        return found

    def move(
        self, kind: TaskKind, server: Server, each: Attached, user_id: str, request_id: str
    ) -> str:
        """Begin to attach or to detach it; the task's id. Raises Conflict."""
        now, task_id = self.clock.now(), self.ids.new()
        status, shown = MOVING[kind]
        self.attachments.save(replace(each.attachment, status=shown, updated=now))
        self._keep(replace(each.volume, status=status, task_id=task_id))
        first = {"first": "yes"} if each.attachment.boot_index == 0 else {}
        self.tasks.begin(
            DiskTask(
                task_id,
                kind,
                server.cluster_id,
                each.volume.project_id,
                user_id,
                request_id,
                now,
                now,
                facts=first if kind is TaskKind.ATTACH else {},
                volume_id=each.volume.id,
                server_id=server.id,
            )
        )
        return task_id

    def arrived(self, server: Server) -> None:
        """The instance was made with these disks: they are in it."""
        for each in self.of(server.id):
            if each.attachment.status is AttachmentStatus.ATTACHING and not each.volume.task_id:
                now = self.clock.now()
                self.attachments.save(
                    replace(each.attachment, status=AttachmentStatus.ATTACHED, updated=now)
                )
                self._keep(
                    replace(
                        each.volume,
                        status=VolumeStatus.IN_USE,
                        place=Place.SERVER,
                        cluster_id=server.cluster_id,
                    )
                )

    def forsake(self, server: Server, message: str) -> None:
        """The server could not be built: what was there before it is available again.

        What was made for it stays with it, in error, and goes when it goes.
        """
        for each in self.of(server.id):
            if each.volume.task_id or each.inside:
                continue  # it moves out by a task of its own
            if not each.made_for_it:
                self._release(each)
            elif each.volume.place is Place.NOWHERE:
                self._keep(replace(each.volume, status=VolumeStatus.ERROR, fault=message))

    def leave(self, server: Server) -> None:
        """The server is proven gone, and with it all disks that were in it."""
        for each in self.of(server.id):
            if each.volume.task_id:
                self.attachments.remove(each.attachment)  # how it ends says what is left of it
                if each.attachment.delete_on_termination:
                    self._mark(each.volume.task_id)
            elif each.attachment.delete_on_termination:
                self._end(each, server)
            elif each.inside:
                self.attachments.remove(each.attachment)
                self.lose(each.volume)
            elif each.volume.status is VolumeStatus.ERROR:
                self.attachments.remove(each.attachment)
            elif each.volume.image_id and each.volume.place is Place.NOWHERE:
                self.attachments.remove(each.attachment)
                empty = replace(each.volume, status=VolumeStatus.ERROR, fault=NEVER_FILLED)
                self._keep(empty)
            else:
                self._release(each)

    def whose(self, volume_id: str | None) -> str | None:
        """The server that has the volume, or is to have it."""
        attachment = self.attachments.of_volume(volume_id) if volume_id else None
        return attachment.server_id if attachment else None

    def stray(self, volume_id: str | None) -> None:
        """A task about a server that is gone has ended: what went in there is lost."""
        volume = self.volumes.by_id(volume_id) if volume_id else None
        if volume is not None and volume.place is Place.SERVER:
            attachment = self.attachments.of_volume(volume.id)
            if attachment is not None:
                self.attachments.remove(attachment)
            self.lose(volume)

    def follow(self, task: DiskTask) -> None:
        """A task has ended, and its volume was to go with a server that has gone meanwhile."""
        volume = self.volumes.by_id(task.volume_id or "")
        if volume is None or volume.task_id or GOES not in task.facts:
            return
        attachment = self.attachments.of_volume(volume.id)
        if attachment is None:
            self._remove(volume, task.cluster_id, inside=volume.place is Place.SERVER)

    def _mark(self, task_id: str) -> None:
        task = self.tasks.rows.by_id(task_id)
        if task is not None and task.kind is not TaskKind.DETACH:  # who takes it out wants it
            self.tasks.rows.save(replace(task, facts={**task.facts, GOES: "yes"}))

    def lose(self, volume: Volume) -> None:
        """Its disk is no more: nobody may think that it is available."""
        self._keep(replace(volume, status=VolumeStatus.ERROR, place=Place.NOWHERE, fault=LOST))

    def _release(self, each: Attached) -> None:
        self.attachments.remove(each.attachment)
        self._keep(replace(each.volume, status=VolumeStatus.AVAILABLE))

    def _end(self, each: Attached, server: Server) -> None:
        """It goes with the server."""
        self.attachments.remove(each.attachment)
        self._remove(each.volume, server.cluster_id, inside=each.inside)

    def _remove(self, volume: Volume, cluster_id: str, *, inside: bool) -> None:
        """So does the instance that kept it, if there is one."""
        volume = self._keep(replace(volume, place=Place.NOWHERE if inside else volume.place))
        if volume.holder:
            now, task_id = self.clock.now(), self.ids.new()
            self._keep(replace(volume, status=VolumeStatus.DELETING, task_id=task_id))
            self.tasks.begin(
                DiskTask(
                    task_id,
                    TaskKind.DELETE,
                    volume.cluster_id or cluster_id,
                    volume.project_id,
                    volume.user_id,
                    f"req-{self.ids.new()}",
                    now,
                    now,
                    volume_id=volume.id,
                )
            )
            return
        try:
            self.volumes.remove(volume)
        except Conflict:
            self._keep(replace(volume, status=VolumeStatus.ERROR, fault=KEPT_BY_SNAPSHOTS))
            return
        self.quota.release(volume.project_id, volume.usage)
        self.feed.publish(Changed("volume", volume.id, volume.version + 1, volume.project_id))

    def _keep(self, volume: Volume) -> Volume:
        kept = self.volumes.save(replace(volume, updated=self.clock.now()))
        self.feed.publish(Changed("volume", kept.id, kept.version, kept.project_id))
        return kept
