"""The audit of a cluster's networks: what it has of ours against what it should have.

Reads only. The database is read before the cluster and again after it; what something is
being done to, or was changed meanwhile, is left for the next audit.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cyclades.domain.model.divergence import Divergence, DivergenceKind
from cyclades.domain.model.network_cluster import (
    ACTIVE,
    LIVE,
    NetworkCluster,
    id_from_name,
    name_in_clusters,
)
from cyclades.domain.model.reports import NetworkLacking, NetworkLeft, NetworkReport
from cyclades.domain.services.cluster_audit import Finding, Findings
from cyclades.ports.cluster_driver import ClusterDriver

KINDS: Final = (
    DivergenceKind.MISSING_NETWORK,
    DivergenceKind.ORPHAN_NETWORK,
    DivergenceKind.FOREIGN_NETWORK,
)


@dataclass(frozen=True, slots=True)
class KnownNetworks:
    """One sight of the database: rows by network, and networks that something is asked of.

    `lonely` are those in trouble that no server is on; `groups` are the cluster's node groups.
    """

    rows: Mapping[str, NetworkCluster]
    busy: Collection[str]
    lonely: Collection[str]
    groups: Sequence[str]


@dataclass(frozen=True, slots=True)
class NetworkAudit:
    """Looks at one cluster. `ours`: which of these ids networks of ours have or had.

    `known` is a look of its own each time.
    """

    cluster_id: str
    driver: ClusterDriver
    known: Callable[[], KnownNetworks]
    ours: Callable[[Collection[str]], Collection[str]]
    prefix: str

    def look(self) -> Findings:
        """Read and compare. Raises ClusterUnavailable."""
        before = self.known()
        seen = {network.name: network for network in self.driver.networks()}
        after = self.known()
        steady = {
            network_id: row
            for network_id, row in after.rows.items()
            if before.rows.get(network_id) == row and network_id not in after.busy
        }
        here = {self._id(name): network for name, network in seen.items() if self._id(name)}
        missing = self._missing(steady, seen, after.groups)
        judged = here.keys() - {*before.busy, *after.busy}
        judged -= {*before.rows, *after.rows} - steady.keys()
        needed = {
            network_id
            for network_id, row in steady.items()
            if row.mapped or (row.state in LIVE and network_id not in after.lonely)
        }
        extra = self._extra({each: here[each] for each in judged - needed}, steady)
        unclear = {*before.busy, *after.busy, *after.rows} - steady.keys()
        return Findings([*missing, *extra], unclear)

    def _id(self, name: str) -> str:
        return id_from_name(self.prefix, name)

    def _missing(
        self,
        steady: Mapping[str, NetworkCluster],
        seen: Mapping[str, NetworkReport],
        groups: Sequence[str],
    ) -> Iterator[Finding]:
        for network_id, row in steady.items():
            if row.state != ACTIVE:
                continue
            found = seen.get(name_in_clusters(self.prefix, network_id))
            if found is None:
                detail = "the cluster does not have it"
            elif lacks := sorted({*groups} - {link.group for link in found.groups}):
                detail = f"is not connected to node group {', '.join(lacks)}"
            else:
                continue
            report = NetworkLacking(self.cluster_id, network_id, row.version)
            kind = DivergenceKind.MISSING_NETWORK
            yield self._finding(kind, network_id, detail, report)

    def _extra(
        self, here: Mapping[str, NetworkReport], steady: Mapping[str, NetworkCluster]
    ) -> Iterator[Finding]:
        ours = self.ours(here.keys()) if here else ()
        for network_id, found in sorted(here.items()):
            if network_id not in ours:
                detail = f"{found.name} is named like ours, and no network has ever had this id"
                kind = DivergenceKind.FOREIGN_NETWORK
                yield self._finding(kind, found.name, detail)
                continue
            groups = tuple(link.group for link in found.groups)
            row = steady.get(network_id)
            report = NetworkLeft(self.cluster_id, network_id, groups, row.version if row else 0)
            kind, detail = DivergenceKind.ORPHAN_NETWORK, f"{found.name} is not needed there"
            yield self._finding(kind, network_id, detail, report)

    def _finding(
        self,
        kind: DivergenceKind,
        object_id: str,
        detail: str,
        report: NetworkLacking | NetworkLeft | None = None,
    ) -> Finding:
        repairable = report is not None
        return Finding(Divergence(kind, self.cluster_id, object_id, detail, repairable), report)
