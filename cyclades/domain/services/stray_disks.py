"""Disks that are not where they should be: they come home, or it is said that they are gone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from cyclades.domain.model.device_names import next_device
from cyclades.domain.model.disk_plans import RECOVER_IN_GUEST
from cyclades.domain.model.disk_task import DiskTask, TaskKind
from cyclades.domain.model.events import Changed
from cyclades.domain.model.reports import DiskAstray, Power
from cyclades.domain.model.server import Server
from cyclades.domain.model.snapshot import SnapshotStatus
from cyclades.domain.model.volume import Place, Volume, VolumeStatus, holder_name
from cyclades.domain.model.volume_attachment import AttachmentStatus, VolumeAttachment
from cyclades.domain.services.disk_tasks import CLINGS, DiskTasks
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.servers import ServerRepository
from cyclades.ports.snapshots import SnapshotRepository
from cyclades.ports.volume_attachments import VolumeAttachmentRepository
from cyclades.ports.volumes import VolumeRepository

SOUGHT: Final = "The disk is not where it should be: it is being looked for."
NO_COPY: Final = "The snapshot's disk was removed in its cluster."


@dataclass(frozen=True, slots=True)
class StrayDisks:
    """In the caller's transaction, which looks at everything again.

    Nothing is ever removed: a disk that no instance has enters its holder by its name, and a
    cluster that does not find it there says so.
    """

    servers: ServerRepository
    volumes: VolumeRepository
    snapshots: SnapshotRepository
    attachments: VolumeAttachmentRepository
    tasks: DiskTasks
    feed: Feed
    clock: Clock
    ids: Ids
    prefix: str

    def mend(self, report: DiskAstray, *, ordered: bool = False) -> bool:
        """Whether anything changed. `ordered`: also what was tried before, in vain."""
        server = self._server(report)
        volume = self.volumes.by_id(report.object_id)
        if volume is None:
            return self._mend_snapshot(report)
        if volume.version != report.version or volume.task_id is not None:
            return False
        if report.instance:
            return self._found(volume, report.instance, server)
        if volume.place is Place.MOVING or (volume.place is Place.HOLDER and report.holder_gone):
            return self._seek(volume, report, server, ordered=ordered)
        if report.holder_gone:
            self._keep(replace(volume, holder=False))
        return report.holder_gone

    def _server(self, report: DiskAstray) -> Server | None:
        """Whose guest has it, or may have; claimed before the volume is."""
        if report.instance:
            return self.servers.by_instance(report.cluster_id, report.instance)
        last = self.tasks.rows.last_of(report.object_id)
        if last is None or not last.server_id or CLINGS not in last.facts:
            return None
        server = self.servers.by_id(last.server_id)
        # A guest that was stopped has let go of everything.
        return None if server.deleted or server.power is Power.STOPPED else server

    def _mend_snapshot(self, report: DiskAstray) -> bool:
        snapshot = self.snapshots.by_id(report.object_id)
        if snapshot is None or snapshot.version != report.version or snapshot.task_id is not None:
            return False
        if not report.holder_gone:
            return False
        empty = replace(
            snapshot,
            holder=False,
            status=SnapshotStatus.ERROR,
            fault=snapshot.fault or NO_COPY,
            updated=self.clock.now(),
        )
        kept = self.snapshots.save(empty)
        self.feed.publish(Changed("snapshot", kept.id, kept.version, kept.project_id))
        return True

    def _found(self, volume: Volume, instance: str, server: Server | None) -> bool:
        """It was lost, and is in this instance, says its cluster."""
        if volume.place is not Place.MOVING or self.attachments.of_volume(volume.id):
            return False
        if instance == holder_name(self.prefix, volume.id):
            home = replace(volume, place=Place.HOLDER, holder=True, fault=None)
            self._keep(replace(home, status=VolumeStatus.AVAILABLE))
            return True
        if server is None or not server.quiet or server.project_id != volume.project_id:
            return False
        self._attach(volume, server, AttachmentStatus.ATTACHED)
        there = replace(volume, place=Place.SERVER, fault=None)
        self._keep(replace(there, status=VolumeStatus.IN_USE, cluster_id=server.cluster_id))
        return True

    def _seek(
        self, volume: Volume, report: DiskAstray, server: Server | None, *, ordered: bool
    ) -> bool:
        """Ask for what brings it home: once, and again when an operator says so."""
        last = self.tasks.rows.last_of(volume.id)
        tried = last is None or last.kind is TaskKind.RECOVER
        if volume.place is Place.MOVING and tried and not ordered:
            return False
        facts: Mapping[str, str] = {CLINGS: "yes"} if server else {}
        if server is not None:
            self._attach(volume, server, AttachmentStatus.ATTACHING)
        task_id, now = self.ids.new(), self.clock.now()
        lost = replace(volume, place=Place.MOVING, fault=SOUGHT, task_id=task_id)
        there = volume.holder and not report.holder_gone
        self._keep(replace(lost, status=VolumeStatus.ERROR, holder=there))
        self.tasks.begin(
            DiskTask(
                task_id,
                TaskKind.RECOVER,
                volume.cluster_id or report.cluster_id,
                volume.project_id,
                volume.user_id,
                f"req-{self.ids.new()}",
                now,
                now,
                plan=RECOVER_IN_GUEST if server else (),
                facts=facts,
                volume_id=volume.id,
                server_id=server.id if server else None,
            )
        )
        return True

    def _attach(self, volume: Volume, server: Server, status: AttachmentStatus) -> None:
        taken = {each.device for each in self.attachments.of_server(server.id)}
        now = self.clock.now()
        self.attachments.add(
            VolumeAttachment(
                self.ids.new(),
                volume.id,
                server.id,
                server.project_id,
                volume.user_id,
                next_device(taken),
                now,
                now,
                status,
            )
        )

    def _keep(self, volume: Volume) -> None:
        kept = self.volumes.save(replace(volume, updated=self.clock.now()))
        self.feed.publish(Changed("volume", kept.id, kept.version, kept.project_id))
