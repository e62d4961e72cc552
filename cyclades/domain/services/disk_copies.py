"""Tasks that copy disks of volumes, snapshots and servers: what they all need to begin."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cyclades.domain.model.build import SavedAs
from cyclades.domain.model.cluster import Cluster
from cyclades.domain.model.disk_plans import SAVING
from cyclades.domain.model.disk_task import DiskTask, TaskKind
from cyclades.domain.model.disk_templates import Can, require
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.placement import Demand, choose
from cyclades.domain.model.snapshot import Snapshot
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.model.volume_type import VolumeType
from cyclades.domain.services.disk_scenes import DiskScenes
from cyclades.domain.services.disk_steps import HOLDER_MEMORY_MIB
from cyclades.domain.services.disk_tasks import DiskTasks
from cyclades.ports.clock import Clock
from cyclades.ports.clusters import ClusterRepository
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.volumes import VolumeRepository

Facts = Mapping[str, str]
PLAIN, SPARSE = "raw", "qcow2"


@dataclass(frozen=True, slots=True)
class DiskCopies:
    """A volume is marked with the task that reads its disk: nothing else begins meanwhile.

    `type_of`: a volume type by its id.
    """

    volumes: VolumeRepository
    scenes: DiskScenes
    tasks: DiskTasks
    clusters: ClusterRepository
    type_of: Callable[[str], VolumeType]
    feed: Feed
    clock: Clock
    ids: Ids

    def claim(
        self, volume: Volume, task_id: str, status: VolumeStatus | None = None
    ) -> tuple[Volume, Facts]:
        """Mark it, and tell where its disk is. Raises InvalidInput while it is another's."""
        if volume.task_id is not None:
            raise InvalidInput(
                f"Invalid volume: Another operation on volume {volume.id} is under way: please try "
                "again when it has ended."
            )
        self._require_unclaimed(volume)
        there = {} if volume.place is Place.NOWHERE else self.scenes.whereabouts(volume)
        marked = replace(
            volume, task_id=task_id, status=status or volume.status, updated=self.clock.now()
        )
        saved = self.volumes.save(marked)
        self.feed.publish(Changed("volume", saved.id, saved.version, saved.project_id))
        return saved, {**there, **self.shape(volume)}

    def _require_unclaimed(self, volume: Volume) -> None:
        held = self.scenes.attachments.of_volume(volume.id)
        if held is not None and volume.place is not Place.SERVER:
            raise InvalidInput(
                f"Invalid volume: Volume {volume.id} is kept for server {held.server_id}: delete "
                "the server first."
            )

    def shape(self, thing: Volume | Snapshot) -> Facts:
        """What a copy of its disk is to be like."""
        provider = self.type_of(thing.type_id).provider
        facts = {"size": str(thing.size), "template": thing.disk_template, "provider": provider}
        return {name: fact for name, fact in facts.items() if fact}

    def of_snapshot(self, snapshot: Snapshot) -> Facts:
        """Where its disk is."""
        return {**self.scenes.held(snapshot.id), **self.shape(snapshot)}

    def require(self, thing: Volume | Snapshot, wanted: Can) -> None:
        """Raise InvalidInput, with the reason, when its disk's template cannot do it."""
        require(thing.disk_template, wanted, clones=self.type_of(thing.type_id).clones)

    def somewhere(self, volume: Volume) -> Cluster:
        """Where a volume without a disk may have one. Raises NoCapacity."""
        kind = self.type_of(volume.type_id)
        fit = [cluster for cluster in self.clusters.list() if kind.allows(cluster.name)]
        wanted = Demand(
            1, HOLDER_MEMORY_MIB, volume.size, volume.disk_template, volume.availability_zone
        )
        return choose(fit, wanted).cluster

    def save(self, task: DiskTask, what: SavedAs, object_id: str, disk_format: str) -> None:
        """Begin a task that sends a copy of the disk to us."""
        said = {"save_as": what.value, "save_id": object_id, "disk_format": disk_format}
        self.begin(replace(task, plan=task.plan or SAVING, facts={**task.facts, **said}))

    def begin(self, task: DiskTask) -> None:
        """Begin it; a server's queue has what reads a disk of the server."""
        self.tasks.begin(replace(task, server_id=task.facts.get("source_server", task.server_id)))

    def task(
        self, kind: TaskKind, caller: Caller, request_id: str, task_id: str, cluster_id: str
    ) -> DiskTask:
        """A task to be filled in."""
        now = self.clock.now()
        return DiskTask(
            task_id,
            kind,
            cluster_id,
            caller.project_id or "",
            caller.user_id,
            request_id,
            now,
            now,
        )


def kept_format(image_metadata: Mapping[str, str]) -> str:
    """The format in which a disk is saved: that of the image that it was made from, if we can."""
    said = image_metadata.get("disk_format", SPARSE)
    return said if said in {PLAIN, SPARSE} else PLAIN
