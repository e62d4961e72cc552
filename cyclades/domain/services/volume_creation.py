"""New volumes: blank ones are rows only, others are filled by a task."""

from dataclasses import dataclass

from cyclades.domain.model.availability_zone import zones_of
from cyclades.domain.model.cluster import Cluster
from cyclades.domain.model.disk_task import DiskTask, TaskKind
from cyclades.domain.model.disk_templates import Can, refusal, require
from cyclades.domain.model.errors import InvalidInput, NotFound, OverQuota
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.placement import Demand, choose
from cyclades.domain.model.quota import UNLIMITED
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.model.volume_type import VolumeType
from cyclades.domain.model.wanted_volume import Source, WantedVolume, size_of
from cyclades.domain.services.disk_tasks import DiskTasks
from cyclades.domain.services.volume_sources import VolumeSources
from cyclades.domain.services.volume_types import EVERYTHING, VolumeTypes
from cyclades.ports.clock import Clock
from cyclades.ports.clusters import ClusterRepository
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.volumes import VolumeRepository

HOLDER_MEMORY = 128  # MiB; it never runs, but a cluster must have room for it
USUAL_ZONE = "nova"


@dataclass(frozen=True, slots=True)
class VolumeCreation:
    """Understand the wish, place what has a disk, record, ask, charge."""

    volumes: VolumeRepository
    sources: VolumeSources
    types: VolumeTypes
    clusters: ClusterRepository
    tasks: DiskTasks
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids
    usual_template: str

    def create(self, caller: Caller, request_id: str, wanted: WantedVolume) -> Volume:
        """Promise a volume. Raises NotFound, InvalidInput, OverQuota, NoCapacity."""
        wanted.require_one_source()
        source = self.sources.of(caller, wanted)
        kind = self._type(caller, wanted, source)
        size = size_of(wanted.size, source)
        template = kind.disk_template(self.usual_template)
        cluster = self._cluster(wanted, source, kind, template, size)
        now = self.clock.now()
        # A disk that cannot move is made where it is to stay.
        later = cluster is not None and refusal(template, Can.MOVE) is not None
        filled = cluster is not None and not later
        volume = Volume(
            id=self.ids.new(),
            project_id=caller.project_id or "",
            user_id=caller.user_id,
            name=wanted.name,
            size=size,
            type_id=kind.id,
            availability_zone=cluster.availability_zone if cluster else self._zone(wanted.zone),
            disk_template=template,
            created=now,
            updated=now,
            description=wanted.description,
            status=VolumeStatus.CREATING if filled else VolumeStatus.AVAILABLE,
            cluster_id=cluster.id if cluster else None,
            place=Place.ORIGIN if later else Place.NOWHERE,
            bootable=source.bootable if source else False,
            metadata=dict(wanted.metadata),
            image_metadata=source.image_metadata if source else {},
            image_id=wanted.image_id,
            snapshot_id=wanted.snapshot_id,
            source_volid=wanted.source_volid,
            task_id=self.ids.new() if filled else None,
        )
        self.admit_size(volume.project_id, size)
        self.volumes.add(volume)
        self.feed.publish(Changed("volume", volume.id, volume.version, volume.project_id))
        if filled:
            self._fill(caller, request_id, volume)
        self.quota.charge(volume.project_id, volume.usage)
        return volume

    def admit_size(self, project_id: str, size: int) -> None:
        """Raise OverQuota for a volume that is larger than any of the project's may be."""
        name = "per_volume_gigabytes"
        limit = self.quota.holdings(project_id, [name])[name].limit
        if limit != UNLIMITED and size > limit:
            raise OverQuota(name, size, 0, limit)

    def _fill(self, caller: Caller, request_id: str, volume: Volume) -> None:
        self.tasks.begin(
            DiskTask(
                volume.task_id or "",
                TaskKind.CREATE,
                volume.cluster_id or "",
                volume.project_id,
                caller.user_id,
                request_id,
                volume.created,
                volume.created,
                volume_id=volume.id,
                snapshot_id=volume.snapshot_id,
                image_id=volume.image_id,
            )
        )

    def _type(self, caller: Caller, wanted: WantedVolume, source: Source | None) -> VolumeType:
        name = wanted.type_name or (source.type_id if source else None)
        try:
            return self.types.wanted(caller, name)
        except NotFound:
            if wanted.type_name or not name:
                raise
        return self.types.default()  # the source's is no longer the caller's to use

    def _cluster(
        self,
        wanted: WantedVolume,
        source: Source | None,
        kind: VolumeType,
        template: str,
        size: int,
    ) -> Cluster | None:
        """Where its disk will be, None while it needs none."""
        if source is None or (source.cluster_id is None and wanted.image_id is None):
            return None
        if wanted.image_id is not None:
            require(template, Can.MOVE)
            return self._roomiest(wanted, kind, template, size)
        require(template, Can.CLONE, clones=kind.clones)
        if source.disk_template != template:
            raise InvalidInput(
                f"Volumes of type {kind.name} are kept on {template}, the {source.kind} is kept on "
                f"{source.disk_template}.",
                "volume.volume_type",
            )
        if refusal(template, Can.MOVE):
            self._require_copied_later(wanted, source, kind)
        cluster = self.clusters.get(source.cluster_id or "")
        if wanted.zone not in {None, cluster.availability_zone}:
            raise InvalidInput(
                f"Invalid input received: The volume must be in the same availability zone as its "
                f"{source.kind}: {cluster.availability_zone}.",
                "volume.availability_zone",
            )
        return cluster

    def _require_copied_later(self, wanted: WantedVolume, source: Source, kind: VolumeType) -> None:
        """Its disk is made when a server first has it, from what stays as it is until then."""
        if wanted.snapshot_id is None:
            raise InvalidInput(
                f"Volumes of type {kind.name} get their disks when servers first have them: take a "
                "snapshot of the volume, and make the new volume from that.",
                "volume.source_volid",
            )
        maker = self.types.repository.get(EVERYTHING, source.type_id).provider
        if kind.provider != maker:
            raise InvalidInput(
                f"Volumes of type {kind.name} are kept elsewhere than the snapshot: use its own "
                "type.",
                "volume.volume_type",
            )

    def _roomiest(
        self, wanted: WantedVolume, kind: VolumeType, template: str, size: int
    ) -> Cluster:
        zone = wanted.zone
        fit = [
            cluster
            for cluster in self.clusters.list()
            if kind.allows(cluster.name) and wanted.cluster_id in {None, cluster.id}
        ]
        if zone is not None:
            self._zone(zone)
        return choose(fit, Demand(1, HOLDER_MEMORY, size, template, zone)).cluster

    def _zone(self, wanted: str | None) -> str:
        zones = [zone.name for zone in zones_of(self.clusters.list())] or [USUAL_ZONE]
        if wanted is None:
            return USUAL_ZONE if USUAL_ZONE in zones else zones[0]
        if wanted not in zones:
            raise InvalidInput(
                f"Invalid input received: Availability zone '{wanted[:64]}' is invalid.",
                "volume.availability_zone",
            )
        return wanted
