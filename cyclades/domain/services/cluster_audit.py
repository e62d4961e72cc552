"""One audit of a cluster: what its instances say against what our servers say.

Reads only. The database is read before the cluster and again after it, and only servers
that are the same both times are judged: what is created, changed or deleted meanwhile is
left for the next audit. What is missing is asked for by name before it counts.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cyclades.domain.model.divergence import Divergence, DivergenceKind, too_many
from cyclades.domain.model.reports import (
    DiskAstray,
    HolderLeft,
    InstanceAbsent,
    InstanceLeft,
    InstanceReport,
    JobRank,
    NetworkLacking,
    NetworkLeft,
    Power,
)
from cyclades.domain.model.server import ABSENCES_TO_BELIEVE, TAG
from cyclades.domain.model.server_states import AS_SEEN
from cyclades.domain.model.volume import keeps
from cyclades.domain.services.instance_checks import CHECKS
from cyclades.ports.audit import AuditedServer, NamedServer
from cyclades.ports.cluster_driver import ClusterDriver

KINDS: Final = (
    DivergenceKind.STALE_SERVER,
    DivergenceKind.ORPHAN_INSTANCE,
    DivergenceKind.DOUBLED_INSTANCE,
    DivergenceKind.FOREIGN_PREFIX,
    DivergenceKind.UNKNOWN_INSTANCE,
    DivergenceKind.POWER,
    DivergenceKind.SIZE,
    DivergenceKind.NICS,
    DivergenceKind.DISKS,
    DivergenceKind.TAGS,
    DivergenceKind.FUSE,
)

Report = (
    InstanceReport
    | InstanceAbsent
    | InstanceLeft
    | HolderLeft
    | DiskAstray
    | NetworkLacking
    | NetworkLeft
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A divergence, and the report that mends it, if anything does."""

    divergence: Divergence
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What an audit found, the objects that it could not judge, and what it saw there."""

    found: Sequence[Finding]
    not_judged: Collection[str] = ()
    instances: Sequence[InstanceReport] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """All that was read: `before` by instance, `after` by id.

    `named`: whose name the instances have that no server had before. `keepers`: those that
    keep disks of volumes, or did.
    """

    before: Mapping[str, AuditedServer]
    instances: Mapping[str, InstanceReport]
    busy: Collection[str]
    after: Mapping[str, AuditedServer]
    named: Mapping[str, NamedServer]
    keepers: Collection[str] = ()

    def judged(self, server: AuditedServer) -> bool:
        """Whether it was quiet and the same all the time, and no job is about it."""
        return self.steady(server) and server.quiet

    def steady(self, server: AuditedServer) -> bool:
        """Whether it was the same all the time, and no job is about it."""
        same = self.before.get(server.instance) == server
        return same and server.instance not in self.busy


@dataclass(frozen=True, slots=True)
class ClusterAudit:
    """Looks at one cluster. `servers` and `named` are the Audit port's, each a look of its own.

    `fuse`: believe no more absences and superfluous instances at once than is likely.
    """

    cluster_id: str
    driver: ClusterDriver
    servers: Callable[[], Sequence[AuditedServer]]
    named: Callable[[Collection[str]], Mapping[str, NamedServer]]
    prefix: str
    fuse: bool = True
    needed: Callable[[Collection[str]], Mapping[str, bool]] = lambda _: {}

    def look(self) -> Findings:
        """Read and compare. Raises ClusterUnavailable."""
        sight = self._read()
        missing = [
            server
            for server in sight.after.values()
            if sight.judged(server) and server.instance not in sight.instances
        ]
        orphans = dict(self._orphans(sight))
        removals = len(orphans) + sum(not believed(server) for server in missing)
        blown = self.fuse and too_many(removals, len(sight.after))
        found = [*self._compared(sight), *self._strangers(sight)]
        found += [self._left(name, why, mend=not blown) for name, why in orphans.items()]
        if blown:
            detail = f"{removals} of {len(sight.after)} servers would be gone or removed"
            found.append(self._finding(DivergenceKind.FUSE, self.cluster_id, detail))
            said = "is not in the cluster's list"
            found += [self._missing(server, said, None) for server in missing]
        else:
            found += self._proven(missing)
        return Findings(found, not_judged(sight), list(sight.instances.values()))

    def _read(self) -> Sight:
        before = {server.instance: server for server in self.servers()}
        jobs = self.driver.jobs()
        instances = {seen.instance: seen for seen in self.driver.instances()}
        jobs = [*jobs, *self.driver.jobs(max((job.job_id for job in jobs), default=0))]
        busy = {job.instance for job in jobs if job.rank < JobRank.FINAL and job.instance}
        named = self.named(instances.keys() - before.keys())
        keepers = {name: keeps(self.prefix, name) for name in instances.keys() - named.keys()}
        told_of = self.needed({object_id for object_id in keepers.values() if object_id})
        after = {server.id: server for server in self.servers()}
        known = {name for name, object_id in keepers.items() if object_id in told_of}
        return Sight(before, instances, busy, after, named, known)

    def _compared(self, sight: Sight) -> Iterator[Finding]:
        for server in sight.after.values():
            seen = sight.instances.get(server.instance)
            if seen is None or not sight.judged(server) or seen.power not in AS_SEEN:
                continue
            report = replace(seen, server_version=server.version)
            for kind, check in CHECKS.items():
                if verdict := check(server, seen):
                    detail, mends = verdict
                    yield self._finding(kind, server.id, detail, report if mends else None)

    def _proven(self, missing: Sequence[AuditedServer]) -> Iterator[Finding]:
        for server in missing:
            if self.driver.instance(server.instance) is None:
                report = InstanceAbsent(
                    self.cluster_id, server.instance, removed=False, server_version=server.version
                )
                if believed(server):
                    yield self._missing(server, "does not exist; its user sees ERROR", None)
                else:
                    yield self._missing(server, "does not exist", report)

    def _missing(self, server: AuditedServer, said: str, report: Report | None) -> Finding:
        detail = f"instance {server.instance} {said}"
        return self._finding(DivergenceKind.STALE_SERVER, server.id, detail, report)

    def _orphans(self, sight: Sight) -> Iterator[tuple[str, str]]:
        """Names, and why: the server was deleted, or had failed, before the cluster was read."""
        for server in sight.after.values():
            if server.instance in sight.instances and server.failed and sight.steady(server):
                yield server.instance, f"its server {server.id} could not be built"
        for name, row in sight.named.items():
            mine = row.cluster_id == self.cluster_id and name not in sight.busy
            if mine and row.deleted and row.idle:
                yield name, f"its server {row.id} is deleted"

    def _left(self, name: str, why: str, *, mend: bool) -> Finding:
        report = InstanceLeft(self.cluster_id, name) if mend else None
        return self._finding(DivergenceKind.ORPHAN_INSTANCE, name, why, report)

    def _strangers(self, sight: Sight) -> Iterator[Finding]:
        for name in sorted(sight.instances.keys() - sight.before.keys()):
            seen, row = sight.instances[name], sight.named.get(name)
            if row is not None and row.cluster_id != self.cluster_id:
                kind, detail = DivergenceKind.DOUBLED_INSTANCE, f"server {row.id} is in another"
            elif row is not None or name in sight.keepers:
                continue
            elif name.startswith(self.prefix):
                kind, detail = DivergenceKind.FOREIGN_PREFIX, "no server has ever had this name"
            else:
                kind, detail = DivergenceKind.UNKNOWN_INSTANCE, "not ours"
            tags = [tag for tag in sorted(seen.tags) if tag.startswith(TAG)]
            detail += f"; it has the tag {tags[0]}" if tags and row is None else ""
            yield self._finding(kind, name, detail)

    def _finding(
        self, kind: DivergenceKind, object_id: str, detail: str, report: Report | None = None
    ) -> Finding:
        repairable = report is not None
        return Finding(Divergence(kind, self.cluster_id, object_id, detail, repairable), report)


def believed(server: AuditedServer) -> bool:
    """Whether its absence was told to its user already."""
    return server.absences >= ABSENCES_TO_BELIEVE


def not_judged(sight: Sight) -> set[str]:
    """Ids and instance names of which this sight proves nothing either way."""
    unclear = [
        server
        for server in sight.after.values()
        if not sight.judged(server)
        or (
            server.instance in sight.instances
            and sight.instances[server.instance].power is Power.UNKNOWN
        )
    ]
    named = {name for name, row in sight.named.items() if not row.idle}
    ids = {server.id for server in unclear if not server.failed}
    return ids | named | set(sight.busy)
