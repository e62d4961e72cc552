"""Mending what an audit of a cluster found, by the verbs that the update path has."""

from dataclasses import dataclass

from cyclades.domain.model.divergence import DivergenceKind
from cyclades.domain.model.effects import TagInstance
from cyclades.domain.model.reports import (
    DiskAstray,
    HolderLeft,
    InstanceReport,
    NetworkLacking,
    NetworkLeft,
)
from cyclades.domain.model.server import Server, tag_of
from cyclades.domain.services.cluster_audit import Finding, Report
from cyclades.domain.services.cluster_networks import ClusterNetworks
from cyclades.domain.services.cluster_updates import ClusterUpdates
from cyclades.domain.services.instance_checks import port_states
from cyclades.domain.services.left_holders import LeftHolders
from cyclades.domain.services.server_interfaces import ServerInterfaces
from cyclades.domain.services.server_ports import ServerPorts
from cyclades.domain.services.stray_disks import StrayDisks
from cyclades.ports.clusters import ClusterRepository
from cyclades.ports.servers import ServerRepository

# A removal is not undone: one audit that says so is not enough.
LOOKS_BEFORE = {
    DivergenceKind.ORPHAN_INSTANCE: 2,
    DivergenceKind.ORPHAN_NETWORK: 2,
    DivergenceKind.MISSING_DISK: 2,
    DivergenceKind.MISSING_HOLDER: 2,
}


@dataclass(frozen=True, slots=True)
class ClusterRepair:
    """In the caller's transaction; a finding about an older server changes nothing."""

    servers: ServerRepository
    updates: ClusterUpdates
    ports: ServerPorts
    clusters: ClusterRepository
    networks: ClusterNetworks
    interfaces: ServerInterfaces
    holders: LeftHolders
    strays: StrayDisks

    def mend(self, finding: Finding, sightings: int, *, ordered: bool = False) -> bool:
        """Whether anything changed. `sightings`: audits in a row that found it.

        `ordered`: an operator wants it mended. What another administrator may have meant, such
        as an interface that was taken away, is not undone otherwise, nor is a disk destroyed.
        """
        kind, report = finding.divergence.kind, finding.report
        if report is None or sightings < LOOKS_BEFORE.get(kind, 1):
            return False
        match report:
            case NetworkLacking():
                cluster = self.clusters.get(report.cluster_id)
                return self.networks.complete(cluster, report.network_id, report.version)
            case NetworkLeft():
                return self.networks.tidy(report)
            case HolderLeft():
                return ordered and self.holders.remove(report)
            case DiskAstray():
                return self.strays.mend(report, ordered=ordered)
            case _:
                return self._mend_instance(kind, report, ordered=ordered)

    def _mend_instance(self, kind: DivergenceKind, report: Report, *, ordered: bool) -> bool:
        special = {DivergenceKind.NICS: self._show_ports, DivergenceKind.TAGS: self._tag}
        if kind not in special or not isinstance(report, InstanceReport):
            return self.updates.apply(report)
        server = self.servers.by_instance(report.cluster_id, report.instance)
        if server is None or not server.quiet or server.version != report.server_version:
            return False
        changed = special[kind](server, report)
        if ordered and kind is DivergenceKind.NICS and not self.updates.busy(server):
            there = {nic.mac.lower() for nic in report.nics}
            changed = self.interfaces.plug_again(server, there) or changed
        return changed

    def _tag(self, server: Server, seen: InstanceReport) -> bool:
        if self.updates.busy(server) or tag_of(server.id) in seen.tags:
            return False
        self.updates.tidy(server, TagInstance(server.instance, tag_of(server.id)))
        return True

    def _show_ports(self, server: Server, seen: InstanceReport) -> bool:
        there = {nic.mac.lower() for nic in seen.nics}
        return self.ports.show(server.id, lambda macs: port_states(server.vm_state, macs, there))
