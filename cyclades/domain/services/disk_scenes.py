"""What tasks on disks look at and change between their steps: volumes, and where disks are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from cyclades.domain.model.disk_plans import (
    AFTER,
    BEFORE,
    OF_SNAPSHOTS,
    OVERWRITES,
    SAVES,
    Situation,
    Step,
    plan_of,
    situation_of,
)
from cyclades.domain.model.disk_task import DiskTask
from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound
from cyclades.domain.model.image import Image
from cyclades.domain.model.reports import JobReport, Power
from cyclades.domain.model.volume import Place, Volume, disk_name, holder_name
from cyclades.domain.services.disk_steps import Scene
from cyclades.ports.clock import Clock
from cyclades.ports.servers import ServerRepository
from cyclades.ports.snapshots import SnapshotRepository
from cyclades.ports.volume_attachments import VolumeAttachmentRepository
from cyclades.ports.volumes import VolumeRepository

PROMISED: Final = (
    "Invalid volume: Volume {} gets its disk, a copy of its snapshot's, when a server first has "
    "it: attach it before, or use the snapshot."
)


@dataclass(frozen=True, slots=True)
class DiskScenes:
    """Servers are claimed before volumes, always.

    `provider`: who makes disks of a volume type, by its id; empty for the cluster itself.
    """

    servers: ServerRepository
    volumes: VolumeRepository
    attachments: VolumeAttachmentRepository
    snapshots: SnapshotRepository
    image: Callable[[str], Image]
    provider: Callable[[str], str]
    prefix: str
    clock: Clock

    def plan(self, task: DiskTask) -> DiskTask:
        """With its steps and the facts that are known now. Raises Conflict."""
        if task.plan:
            return task
        volume = self._volume(task)
        situation = situation_of(task.kind, volume)
        provider = self.provider(volume.type_id)
        facts = {**task.facts, **({"provider": provider} if provider else {})}
        if situation is Situation.FROM_DISK:
            facts |= self.source_of(volume)
        if situation is Situation.PROMISED:
            facts["origin"] = disk_name(self.prefix, volume.snapshot_id or "")
        return replace(task, plan=plan_of(task.kind, situation), facts=facts)

    def of(self, task: DiskTask) -> Scene:
        """What the step that it is at looks at."""
        server = self.servers.by_id(task.server_id) if task.server_id else None
        volume = self.volumes.by_id(task.volume_id) if task.volume_id else None
        return Scene(task, volume, server, target_of(task), self.prefix, self.image)

    def source_of(self, volume: Volume) -> Mapping[str, str]:
        """The disk that is to be copied, and in which instance it is. Raises Conflict."""
        if volume.snapshot_id:
            return self.held(volume.snapshot_id)
        source = self.volumes.by_id(volume.source_volid or "")
        if source is None:
            raise NotFound("volume", volume.source_volid or "")
        return self.whereabouts(source)

    def whereabouts(self, volume: Volume) -> Mapping[str, str]:
        """The volume's disk, and the instance that has it. Raises Conflict, InvalidInput."""
        if volume.place is Place.HOLDER:
            return self.held(volume.id)
        if volume.place is Place.ORIGIN:
            raise InvalidInput(PROMISED.format(volume.id))
        attachment = self.attachments.of_volume(volume.id)
        if volume.place is not Place.SERVER or attachment is None:
            raise Conflict(f"The disk of volume {volume.id} is on its way: please try again.")
        server = self.servers.by_id(attachment.server_id)
        return {
            "source_instance": server.instance,
            "source_disk": disk_name(self.prefix, volume.id),
            "source_server": server.id,
        }

    def beginning(self, task: DiskTask, step: Step) -> None:
        """What is true of the volume from now on, whatever becomes of the step."""
        self._change(task, BEFORE.get(step, {}))

    def passed(self, task: DiskTask, step: Step) -> None:
        """What is true of the volume now that the step is done."""
        changes = dict(AFTER.get(step, {}))
        if changes.get("place") is Place.SERVER:
            changes["cluster_id"] = task.cluster_id
        last = task.step + 1 == len(task.plan)
        if last and task.kind in OVERWRITES and step is Step.REMOVE_HOLDER:
            changes["cluster_id"] = None
        self._change(task, changes)

    def learn(self, task: DiskTask, step: Step, report: JobReport) -> DiskTask | None:
        """With what the step's job has told; None when it should have told more."""
        if step is not Step.FIND_SOURCE:
            return task
        name = task.facts["source_disk"]
        found = next((disk for disk in report.disks if disk.name == name), None)
        if found is None:
            return None
        facts = {**task.facts, "node": found.node, "path": found.path, "runs": "no"}
        server_id = task.facts.get("source_server")
        if server_id and self.servers.by_id(server_id).power is Power.RUNNING:
            facts["runs"] = "yes"
        return replace(task, facts=facts)

    def held(self, object_id: str) -> Mapping[str, str]:
        """The disk of a volume or a snapshot, in its holder."""
        return {
            "source_instance": holder_name(self.prefix, object_id),
            "source_disk": disk_name(self.prefix, object_id),
        }

    def _volume(self, task: DiskTask) -> Volume:
        volume = self.volumes.by_id(task.volume_id or "")
        if volume is None:
            raise NotFound("volume", task.volume_id or "")
        return volume

    def _change(self, task: DiskTask, changes: Mapping[str, object]) -> None:
        if not changes or task.kind in SAVES:
            return
        if task.kind in OF_SNAPSHOTS:
            self._change_snapshot(task, changes)
            return
        volume = self._volume(task)
        changed = replace(volume, **changes)  # type: ignore[arg-type] # a table of its fields
        if changed != volume:
            self.volumes.save(replace(changed, updated=self.clock.now()))

    def _change_snapshot(self, task: DiskTask, changes: Mapping[str, object]) -> None:
        snapshot = self.snapshots.by_id(task.snapshot_id or "")
        if snapshot is None:
            raise NotFound("snapshot", task.snapshot_id or "")
        holder = bool(changes.get("holder", snapshot.holder))
        if holder != snapshot.holder:
            self.snapshots.save(replace(snapshot, holder=holder, updated=self.clock.now()))


def target_of(task: DiskTask) -> str:
    """Whose the disk is that the task makes, moves or removes; a carrier's is the task's own."""
    if task.kind in SAVES:
        return task.id
    return (task.snapshot_id if task.kind in OF_SNAPSHOTS else task.volume_id) or ""
