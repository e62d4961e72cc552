"""Audits as the reconciler and operators run them: look, write down, mend."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from cyclades.bootstrap import Application, Unit
from cyclades.bootstrap.faultpoints import reached
from cyclades.domain.model.divergence import Divergence, Sighting
from cyclades.domain.model.network_cluster import ERROR
from cyclades.domain.services import cluster_audit, disk_audit, ledger_audit, network_audit
from cyclades.domain.services.cluster_audit import ClusterAudit, Finding, Findings
from cyclades.domain.services.disk_audit import DiskAudit, DiskSight
from cyclades.domain.services.network_audit import KnownNetworks, NetworkAudit
from cyclades.ports.audit import AuditedServer, NamedServer

KINDS = (*cluster_audit.KINDS, *disk_audit.KINDS, *network_audit.KINDS)
log = structlog.get_logger("cyclades.audit")


@dataclass(frozen=True, slots=True)
class Audited:
    """What was found, and what of it was mended at once."""

    found: Sequence[Sighting]
    mended: Sequence[Divergence]


def look_at_cluster(app: Application, cluster_id: str, *, fuse: bool = True) -> Findings:
    """Compare, and change nothing. Raises ClusterUnavailable."""

    def servers() -> Sequence[AuditedServer]:
        with app.reader() as unit:
            return unit.audit.servers(cluster_id)

    def named(names: Collection[str]) -> Mapping[str, NamedServer]:
        with app.reader() as unit:
            return unit.audit.named(names)

    def known() -> KnownNetworks:
        with app.reader() as unit:
            rows = {row.network_id: row for row in unit.network_clusters.of_cluster(cluster_id)}
            flying = unit.outbox.in_flight(cluster_id)
            groups = unit.clusters.get(cluster_id).capacity.node_groups
            broken = [row.network_id for row in rows.values() if row.state == ERROR]
            lonely = [
                each for each in broken if not unit.network_clusters.plugged(each, cluster_id)
            ]
        busy = {effect.network_id for effect in flying if effect.network_id}
        return KnownNetworks(rows, busy, lonely, groups)

    def ours(network_ids: Collection[str]) -> Collection[str]:
        with app.reader() as unit:
            return unit.network_clusters.ours(network_ids)

    def disks() -> DiskSight:
        with app.reader() as unit:
            kept = {disk.id: disk for disk in unit.kept_disks.of_cluster(cluster_id)}
            flying = unit.outbox.in_flight(cluster_id)
        return DiskSight(kept, {effect.instance for effect in flying})

    def needed(ids: Collection[str]) -> Mapping[str, bool]:
        with app.reader() as unit:
            return unit.kept_disks.needed(ids)

    def absent(instance: str) -> bool:
        return driver.instance(instance) is None

    driver, prefix = app.drivers.of(cluster_id), app.settings.instance_prefix
    before = disks()
    servers_ = ClusterAudit(cluster_id, driver, servers, named, prefix, fuse, needed).look()
    disk_audit_ = DiskAudit(cluster_id, disks, needed, prefix, absent, fuse)
    kept = disk_audit_.compare(before, servers_.instances)
    networks = NetworkAudit(cluster_id, driver, known, ours, prefix).look()
    parts = (servers_, kept, networks)
    found = [each for part in parts for each in part.found]
    return Findings(found, {each for part in parts for each in part.not_judged})


def audit_cluster(
    app: Application, cluster_id: str, *, fuse: bool = True, ordered: bool = False
) -> Audited:
    """Look, write down what is there, and mend what mends itself. Raises ClusterUnavailable.

    `ordered`: an operator wants more mended than we do by ourselves.
    """
    findings = look_at_cluster(app, cluster_id, fuse=fuse)
    found = [finding.divergence for finding in findings.found]
    now = app.clock.now()
    sightings = app.atomically(
        lambda unit: unit.divergences.record(
            cluster_id, KINDS, found, now, not_judged=findings.not_judged
        )
    )
    mended = []
    for finding, seen in zip(findings.found, sightings, strict=True):
        mend = partial(_mend_finding, finding, seen.sightings, ordered)
        if _mended(app, mend, finding.divergence):
            mended.append(finding.divergence)
    return Audited(sightings, mended)


def look_at_ledger(app: Application) -> Sequence[Divergence]:
    """Compare the database with itself, and change nothing."""
    with app.reader() as unit:
        return unit.ledger_audit.look()


def audit_ledger(app: Application) -> Audited:
    """Look, write down what is there, and mend what mends itself."""
    found, now = look_at_ledger(app), app.clock.now()
    with app.reader() as unit:
        places = ["", *(cluster.id for cluster in unit.clusters.list())]
    reached("audited")
    sightings: list[Sighting] = []
    for place in places:
        here = [each for each in found if each.cluster_id == place]
        sightings += app.atomically(partial(_record_ledger, place, here, now))
    mended = [each for each in found if _mended(app, partial(_mend_divergence, each), each)]
    return Audited(sightings, mended)


def _record_ledger(
    place: str, here: Sequence[Divergence], now: datetime, unit: Unit
) -> Sequence[Sighting]:
    return unit.divergences.record(place, ledger_audit.KINDS, here, now)


def _mend_finding(finding: Finding, sightings: int, ordered: bool, unit: Unit) -> bool:  # noqa: FBT001 - bound by its place
    return unit.cluster_repair.mend(finding, sightings, ordered=ordered)


def _mend_divergence(found: Divergence, unit: Unit) -> bool:
    return unit.ledger_audit.mend(found)


def _mended(app: Application, mend: Callable[[Unit], bool], what: Divergence) -> bool:
    try:
        changed = app.atomically(mend)
    except Exception:
        # One that cannot be mended must not keep the others from it.
        log.exception("not mended", kind=what.kind, object=what.object_id)
        return False
    if changed:
        reached("mended")
        log.warning("mended", kind=what.kind, object=what.object_id, detail=what.detail)
    return changed
