"""The audit of the disks that a cluster keeps for volumes and snapshots.

The database is read before the cluster and again after it; what something is being done to,
or was changed meanwhile, is left for the next audit.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cyclades.domain.model.divergence import Divergence, DivergenceKind, too_many
from cyclades.domain.model.reports import DiskAstray, HolderLeft, InstanceReport
from cyclades.domain.model.volume import Place, disk_name, holder_name, keeps
from cyclades.domain.services.cluster_audit import Finding, Findings, Report
from cyclades.ports.kept_disks import KeptDisk

KINDS: Final = (
    DivergenceKind.MISSING_DISK,
    DivergenceKind.MOVED_DISK,
    DivergenceKind.DISK_SIZE,
    DivergenceKind.ORPHAN_HOLDER,
    DivergenceKind.MISSING_HOLDER,
)
GIB: Final = 1024  # MiB


@dataclass(frozen=True, slots=True)
class DiskSight:
    """One sight of the database; `busy` are instances that something is asked of."""

    disks: Mapping[str, KeptDisk]
    busy: Collection[str]


@dataclass(frozen=True, slots=True)
class DiskAudit:
    """Compares one cluster's list of instances.

    `known` is a look of its own each time, `needed` the KeptDisks port's; `absent` asks the
    cluster for one instance by name. `fuse`: believe no more orphans, nor more missing holders,
    at once than is likely.
    """

    cluster_id: str
    known: Callable[[], DiskSight]
    needed: Callable[[Collection[str]], Mapping[str, bool]]
    prefix: str
    absent: Callable[[str], bool]
    fuse: bool = True

    def compare(self, before: DiskSight, instances: Sequence[InstanceReport]) -> Findings:
        """What is wrong, if the instances were listed after `before` was seen."""
        after = self.known()
        busy = {*before.busy, *after.busy}
        steady = {
            disk.id: disk
            for disk in after.disks.values()
            if disk.idle and before.disks.get(disk.id) == disk
        }
        sizes: dict[str, dict[str, int]] = {}
        for seen in instances:
            for disk in seen.disks:
                sizes.setdefault(disk.name or "", {})[seen.instance] = disk.size_mib
        found: list[Finding] = []
        gone = self._gone(steady.values(), {seen.instance for seen in instances} | busy)
        for kept in steady.values():
            there = sizes.get(disk_name(self.prefix, kept.id), {})
            if not busy & {*there, self._place_of(kept)}:
                found += self._judge(kept, there, holder_gone=kept.id in gone)
        found += self._orphans(instances, steady, after, busy)
        unclear = {*before.disks, *after.disks} - steady.keys()
        return Findings(found, unclear | busy)

    def _gone(self, disks: Iterable[KeptDisk], there: Collection[str]) -> Collection[str]:
        """Whose holder the cluster does not know, asked for by name."""
        named = {disk.id: holder_name(self.prefix, disk.id) for disk in disks if disk.holder}
        missing = {each: name for each, name in named.items() if name not in there}
        if self.fuse and too_many(len(missing), len(named)):
            return ()
        return {each for each, name in missing.items() if self.absent(name)}

    def _place_of(self, disk: KeptDisk) -> str | None:
        if disk.place is Place.HOLDER:
            return holder_name(self.prefix, disk.id)
        return disk.server if disk.place is Place.SERVER else None

    def _judge(
        self, disk: KeptDisk, there: Mapping[str, int], *, holder_gone: bool
    ) -> Iterator[Finding]:
        place = self._place_of(disk) or ""
        elsewhere = sorted(there.keys() - {place})
        astray = DiskAstray(self.cluster_id, disk.id, disk.version, holder_gone=holder_gone)
        lost = disk.place is Place.MOVING
        if elsewhere:
            detail = f"is in {', '.join(elsewhere)}, and should be in {place or 'no instance'}"
            found = replace(astray, instance=elsewhere[0]) if lost and len(there) == 1 else None
            yield self._finding(DivergenceKind.MOVED_DISK, disk.id, detail, found)
        elif not there and disk.place not in {Place.NOWHERE, Place.ORIGIN}:
            detail = f"no instance has it; it should be in {place or 'its holder'}"
            sought = lost or (disk.place is Place.HOLDER and holder_gone)
            kind = DivergenceKind.MISSING_DISK
            yield self._finding(kind, disk.id, detail, astray if sought else None)
        elif holder_gone:
            detail = "its holder does not exist; it is not in it"
            yield self._finding(DivergenceKind.MISSING_HOLDER, disk.id, detail, astray)
        elif place in there and there[place] != disk.size * GIB:
            detail = f"has {there[place]} MiB, and should have {disk.size} GiB"
            yield self._finding(DivergenceKind.DISK_SIZE, disk.id, detail)

    def _orphans(
        self,
        instances: Sequence[InstanceReport],
        steady: Mapping[str, KeptDisk],
        after: DiskSight,
        busy: Collection[str],
    ) -> Iterator[Finding]:
        ours = {
            seen.instance: (object_id, seen)
            for seen in instances
            if (object_id := keeps(self.prefix, seen.instance)) and seen.instance not in busy
        }
        needed = self.needed({object_id for object_id, _ in ours.values()}) if ours else {}
        left = []
        for name, (object_id, seen) in sorted(ours.items()):
            kept = steady.get(object_id)
            if needed.get(object_id) is False and object_id not in after.disks:
                left.append((HolderLeft(self.cluster_id, name, object_id), "is gone"))
            elif kept is not None and self._superfluous(kept, seen):
                report = HolderLeft(self.cluster_id, name, object_id, kept.version)
                left.append((report, "has no disk, or has it elsewhere"))
        mend = not (self.fuse and too_many(len(left), len(after.disks)))
        for report, why in left:
            detail = f"{report.object_id}, for which it was, {why}"
            kind = DivergenceKind.ORPHAN_HOLDER
            yield self._finding(kind, report.instance, detail, report if mend else None)

    def _superfluous(self, disk: KeptDisk, seen: InstanceReport) -> bool:
        """A holder that nobody knows of and that does not have the disk, or what is left in it.

        What a failed task has begun there is of no use to anybody.
        """
        name = disk_name(self.prefix, disk.id)
        if disk.place is Place.NOWHERE and disk.server is None:
            return True
        return not disk.holder and name not in {each.name for each in seen.disks}

    def _finding(
        self, kind: DivergenceKind, object_id: str, detail: str, report: Report | None = None
    ) -> Finding:
        repairable = report is not None
        return Finding(Divergence(kind, self.cluster_id, object_id, detail, repairable), report)
