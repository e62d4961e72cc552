"""Holders and carriers that outlived what they were for: they are removed."""

from dataclasses import dataclass

from cyclades.domain.model.effects import Effect, RemoveInstance
from cyclades.domain.model.reports import HolderLeft, InstanceLeft
from cyclades.domain.model.volume import Place, keeps
from cyclades.ports.clock import Clock
from cyclades.ports.ids import Ids
from cyclades.ports.kept_disks import KeptDisks
from cyclades.ports.outbox import Outbox
from cyclades.ports.volumes import VolumeRepository


@dataclass(frozen=True, slots=True)
class LeftHolders:
    """In the caller's transaction, which looks at everything again."""

    volumes: VolumeRepository
    kept: KeptDisks
    outbox: Outbox
    clock: Clock
    ids: Ids
    prefix: str

    def remove(self, report: HolderLeft | InstanceLeft) -> bool:
        """Ask for the removal of an instance of ours; False when something needs it."""
        object_id = keeps(self.prefix, report.instance)
        if object_id is None or self._busy(report.cluster_id, report.instance):
            return False
        needed = self.kept.needed([object_id]).get(object_id)
        if needed is not False and not self._superfluous(report):
            return False
        effect = Effect(
            self.ids.new(),
            report.cluster_id,
            "",
            0,
            f"req-{self.ids.new()}",
            RemoveInstance(report.instance),
            purpose="cleanup",
            subject=object_id,
        )
        self.outbox.put(effect, self.clock.now())
        return True

    def _busy(self, cluster_id: str, instance: str) -> bool:
        return any(each.instance == instance for each in self.outbox.in_flight(cluster_id))

    def _superfluous(self, report: HolderLeft | InstanceLeft) -> bool:
        """Whether its volume is as it was when its disk was seen elsewhere."""
        if isinstance(report, InstanceLeft):
            return False
        volume = self.volumes.by_id(report.object_id)
        if volume is None or volume.task_id is not None or volume.version != report.version:
            return False
        return not volume.holder or volume.place is Place.NOWHERE
