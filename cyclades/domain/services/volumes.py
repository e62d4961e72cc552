"""What users do to their volumes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from cyclades.domain.model.disk_task import DiskTask, TaskKind
from cyclades.domain.model.disk_templates import Can
from cyclades.domain.model.disk_templates import require as require_template
from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.model.volume_actions import (
    NO_DELETE,
    NO_RETYPE,
    InvalidVolume,
    VolumeAction,
    require,
)
from cyclades.domain.model.volume_type import VolumeType
from cyclades.domain.model.wanted_volume import require_possible
from cyclades.domain.services.disk_tasks import DiskTasks
from cyclades.domain.services.volume_creation import VolumeCreation
from cyclades.domain.services.volume_sources import refuse_source
from cyclades.domain.services.volume_types import EVERYTHING, VolumeTypes
from cyclades.ports.clock import Clock
from cyclades.ports.clusters import ClusterRepository
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.snapshots import SnapshotRepository
from cyclades.ports.volume_attachments import VolumeAttachmentRepository
from cyclades.ports.volumes import VolumeRepository

# What administrators may make of a volume by what it is, beside that and "error".
ASIDE: Final[Mapping[VolumeStatus, tuple[VolumeStatus, ...]]] = {
    VolumeStatus.AVAILABLE: (VolumeStatus.MAINTENANCE,),
}
READONLY = "readonly"  # the flag, where clients look for it: in the metadata


@dataclass(frozen=True, slots=True)
class Volumes:
    """Each verb answers at once; a volume with a disk is changed by a task.

    `clear` begins to remove a volume's snapshots, and tells of the task that removes the next.
    """

    volumes: VolumeRepository
    attachments: VolumeAttachmentRepository
    snapshots: SnapshotRepository
    clear: Callable[[Caller, str, str], str | None]
    types: VolumeTypes
    clusters: ClusterRepository
    creation: VolumeCreation
    tasks: DiskTasks
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids

    def update(self, caller: Caller, volume_id: str, change: Callable[[Volume], Volume]) -> Volume:
        """Change what users wrote down about it. Raises NotFound."""
        return self._save(change(self.volumes.get(reach_of(caller), volume_id)))

    def set_readonly(self, caller: Caller, volume_id: str, *, readonly: bool) -> None:
        """Whether servers may write to it. Raises NotFound, InvalidInput."""
        volume = self.volumes.get(reach_of(caller), volume_id)
        require(volume, VolumeAction.READONLY)
        shown = {**volume.metadata, READONLY: str(readonly)}
        self._save(replace(volume, readonly=readonly, metadata=shown))

    def delete(
        self, caller: Caller, request_id: str, volume_id: str, *, cascade: bool = False
    ) -> None:
        """Forget it, and its disk. `cascade`: its snapshots, too. Raises NotFound, InvalidInput."""
        volume = self.volumes.get(reach_of(caller), volume_id)
        require(volume, VolumeAction.DELETE)
        self._remove(caller, request_id, volume, cascade=cascade)

    def force_delete(
        self, caller: Caller, request_id: str, volume_id: str, *, cascade: bool = False
    ) -> None:
        """In whatever status, as long as nothing is under way and no server has it."""
        volume = self.volumes.get(reach_of(caller), volume_id)
        refuse_busy(volume)
        if volume.status is VolumeStatus.AWAITING_TRANSFER:
            raise InvalidVolume(NO_DELETE)
        self._remove(caller, request_id, volume, cascade=cascade)

    def cleared(self, task: DiskTask, failure: str | None) -> None:
        """A snapshot's disk is gone, or not: go on, if the volume goes with its snapshots."""
        volume = self.volumes.by_id(task.volume_id or "")
        if volume is None or volume.task_id != task.id:
            return
        waiting, message = replace(volume, task_id=None), failure
        if message is None:
            who = Caller(task.user_id, task.project_id)
            try:
                self._remove(who, task.request_id, waiting, cascade=True)
            except InvalidInput as error:
                message = str(error)
        if message is not None:
            self._save(replace(waiting, status=VolumeStatus.ERROR_DELETING, fault=message))

    def extend(
        self, caller: Caller, request_id: str, volume_id: str, size: int, *, attached: bool
    ) -> None:
        """Make it larger; `attached`: in a server, too. Raises InvalidInput, OverQuota."""
        volume = self.volumes.get(reach_of(caller), volume_id)
        require(volume, VolumeAction.EXTEND_ATTACHED if attached else VolumeAction.EXTEND)
        refuse_busy(volume)
        if size <= volume.size:
            raise InvalidInput(
                "Invalid input received: New size for extend must be greater than current size. "
                f"(current: {volume.size}, extended: {size}).",
                "os-extend.new_size",
            )
        require_possible(size, "os-extend.new_size")
        self.creation.admit_size(volume.project_id, size)
        larger = replace(volume, size=size)
        if not volume.has_disk:
            self._save(larger)
        else:
            require_template(volume.disk_template, Can.GROW)
            facts = {"old_size": str(volume.size)}
            held = self.attachments.of_volume(volume.id)
            self._begin(
                caller,
                request_id,
                replace(larger, status=VolumeStatus.EXTENDING),
                TaskKind.EXTEND,
                facts,
                held.server_id if held else None,
            )
        self.quota.charge(volume.project_id, {"gigabytes": size - volume.size})

    def retype(self, caller: Caller, volume_id: str, name: str) -> None:
        """Call it another type, if that asks nothing of its disk. Raises NotFound, InvalidInput."""
        volume = self.volumes.get(reach_of(caller), volume_id)
        require(volume, VolumeAction.RETYPE)
        try:
            kind = self.types.wanted(caller, name)
        except NotFound as error:
            raise InvalidInput(str(error), "os-retype.new_type") from error
        if kind.id == volume.type_id:
            raise InvalidVolume(NO_RETYPE)
        template = kind.disk_template(self.creation.usual_template)
        if volume.cluster_id is not None:
            self._require_same(volume, kind, template)
        self._save(replace(volume, type_id=kind.id, disk_template=template))

    def repair(self, caller: Caller, volume_id: str, status: str) -> None:
        """Administrators say what it is; nothing is believed that is not so.

        "error" is always taken, "maintenance" of what would be available; any other status only
        where it is the truth. Raises InvalidInput with the truth.
        """
        volume = self.volumes.get(reach_of(caller), volume_id)
        refuse_busy(volume)
        truth = self._truth(volume)
        if status not in {truth, VolumeStatus.ERROR, *ASIDE.get(truth, ())}:
            raise InvalidVolume(f"Volume {volume.id} is {truth}, and cannot be made {status[:32]}.")
        self._save(replace(volume, status=VolumeStatus(status), fault=None))

    def _truth(self, volume: Volume) -> VolumeStatus:
        if volume.status is VolumeStatus.AWAITING_TRANSFER:
            return volume.status
        if volume.place is Place.SERVER:
            return VolumeStatus.IN_USE
        if self.attachments.of_volume(volume.id) is not None:
            return VolumeStatus.RESERVED  # a new server waits for it
        rests = volume.place in {Place.HOLDER, Place.ORIGIN} or (
            volume.place is Place.NOWHERE and volume.cluster_id is None
        )
        return VolumeStatus.AVAILABLE if rests else VolumeStatus.ERROR

    def _require_same(self, volume: Volume, kind: VolumeType, template: str) -> None:
        cluster = self.clusters.get(volume.cluster_id or "")
        old = self.types.repository.get(EVERYTHING, volume.type_id)
        same = (template, kind.provider) == (volume.disk_template, old.provider)
        if not same or not kind.allows(cluster.name):
            raise InvalidVolume(
                f"Volume {volume.id} would have to move its disk to become of type {kind.name}: "
                "make a new volume of that type and copy the data."
            )

    def _remove(self, caller: Caller, request_id: str, volume: Volume, *, cascade: bool) -> None:
        if self.attachments.of_volume(volume.id) is not None:
            raise InvalidVolume(NO_DELETE)
        if self.snapshots.of_volume(volume.id):
            if not cascade:
                raise InvalidVolume(NO_DELETE)
            refuse_busy(volume)
            refuse_source(self.volumes, volume)
            task_id = self.clear(caller, request_id, volume.id)
            if task_id is not None:  # when that has ended, we go on
                leaving = replace(volume, status=VolumeStatus.DELETING, fault=None)
                self._save(replace(leaving, task_id=task_id))
                return
        if not volume.has_disk and not volume.holder:
            self.volumes.remove(volume)
            self._tell(replace(volume, version=volume.version + 1))
            self.quota.release(volume.project_id, volume.usage)
            return
        deleting = replace(volume, status=VolumeStatus.DELETING, fault=None)
        self._begin(caller, request_id, deleting, TaskKind.DELETE, {}, None)

    def _begin(
        self,
        caller: Caller,
        request_id: str,
        volume: Volume,
        kind: TaskKind,
        facts: Mapping[str, str],
        server_id: str | None,
    ) -> None:
        refuse_busy(volume)
        refuse_source(self.volumes, volume)
        saved = self._save(replace(volume, task_id=self.ids.new()))
        now = self.clock.now()
        self.tasks.begin(
            DiskTask(
                saved.task_id or "",
                kind,
                saved.cluster_id or "",
                saved.project_id,
                caller.user_id,
                request_id,
                now,
                now,
                facts=facts,
                volume_id=saved.id,
                server_id=server_id,
            )
        )

    def _save(self, volume: Volume) -> Volume:
        saved = self.volumes.save(replace(volume, updated=self.clock.now()))
        self._tell(saved)
        return saved

    def _tell(self, volume: Volume) -> None:
        self.feed.publish(Changed("volume", volume.id, volume.version, volume.project_id))


def refuse_busy(volume: Volume) -> None:
    """Raise InvalidVolume while a task is under way."""
    if volume.task_id is not None:
        raise InvalidVolume(
            f"Volume {volume.id} is {volume.status}, and what is under way will end in another "
            "status: wait for it."
        )
