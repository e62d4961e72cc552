"""Networks in clusters: made there with the first server, removed with the last.

What is asked for is put beside the change that needs it, in one transaction; what comes of it
is settled by `NetworkSettlement`. Rows are locked in the order of their networks.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.cluster import Cluster
from cyclades.domain.model.effects import (
    ConnectNetwork,
    CreateNetwork,
    DisconnectNetwork,
    Effect,
    NetworkCommand,
    NicWanted,
    RemoveNetwork,
)
from cyclades.domain.model.network import Network
from cyclades.domain.model.network_cluster import (
    ABSENT,
    ACTIVE,
    LIVE,
    MAKING,
    NO_POOL,
    REMOVING,
    USABLE,
    NetworkCluster,
    name_in_clusters,
    nic_address,
    pool_of,
    tag_in_clusters,
)
from cyclades.domain.model.network_flavor import NETWORK_FLAVORS
from cyclades.domain.model.port import ServerPort
from cyclades.domain.model.reports import NetworkLeft
from cyclades.ports.clock import Clock
from cyclades.ports.ids import Ids
from cyclades.ports.network_clusters import NetworkClusterRepository
from cyclades.ports.networks import NetworkRepository
from cyclades.ports.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Plugged:
    """Interfaces as a cluster is asked for them, and the effect that theirs waits for."""

    nics: tuple[NicWanted, ...]
    waits_for: str | None


@dataclass(frozen=True, slots=True)
class ClusterNetworks:
    """Called inside the transaction that makes, changes or ends a server."""

    networks: NetworkRepository
    rows: NetworkClusterRepository
    outbox: Outbox
    clock: Clock
    ids: Ids
    prefix: str

    def plug(self, cluster: Cluster, wired: Sequence[ServerPort], request_id: str) -> Plugged:
        """What to ask the cluster for; the networks that are not there yet are asked for, too."""
        network_ids = sorted({port.network_id for port in wired})
        if not network_ids:
            return Plugged((), None)
        waits_for = self.ensure(cluster, network_ids, request_id)
        pools = self.rows.pools(network_ids)
        nics = (self._nic(port, pool_of(pools.get(port.network_id))) for port in wired)
        return Plugged(tuple(nics), waits_for)

    def ensure(self, cluster: Cluster, network_ids: Collection[str], request_id: str) -> str | None:
        """Have these networks in the cluster; the effect to wait for, if any is not there yet."""
        groups = frozenset(groups_of(cluster))
        usable = dict(self.rows.usable(cluster.id, network_ids))
        for network_id in sorted(network_ids):
            if network_id not in usable or groups.difference(usable[network_id].groups):
                usable[network_id] = self.rows.lock(network_id, cluster.id, self.ids.new())
        waits_for: str | None = None
        # What is being made already comes first, so that the others can wait for it.
        for row in sorted(usable.values(), key=lambda row: row.state != MAKING):
            complete = row.state in USABLE and not groups.difference(row.groups)
            if complete and row.state == ACTIVE:
                continue
            if complete and waits_for is None:
                waits_for = row.effect_id
            else:
                waits_for = self._make(row, sorted(groups), request_id, waits_for)
        return waits_for

    def leave(self, cluster_id: str, network_ids: Collection[str], request_id: str = "") -> None:
        """Take away those of the networks that no server in the cluster needs any more."""
        if not network_ids:
            return
        for row in self.rows.abandoned(cluster_id, network_ids):
            self.withdraw(row, request_id)

    def withdraw(self, row: NetworkCluster, request_id: str = "") -> None:
        """Take the network away from the cluster; the caller has locked the row."""
        name = name_in_clusters(self.prefix, row.network_id)
        commands: list[NetworkCommand] = [DisconnectNetwork(name, group) for group in row.groups]
        commands.append(RemoveNetwork(name))
        self._ask(row, commands, request_id, REMOVING, row.groups)

    def forget(self, network_id: str) -> None:
        """The network is deleted: take it away wherever it is."""
        rows = self.rows.of_network(network_id)
        for row in rows:
            if row.state in LIVE:
                self.withdraw(row)
        self.rows.remove([row.id for row in rows])

    def complete(self, cluster: Cluster, network_id: str, version: int) -> bool:
        """The cluster lacks what it was asked for: ask again, unless something was since."""
        row = self.rows.lock(network_id, cluster.id, self.ids.new())
        if row.version != version or row.state != ACTIVE:
            return False
        self._make(replace(row, state=ABSENT), groups_of(cluster), "", None)
        return True

    def tidy(self, left: NetworkLeft) -> bool:
        """The cluster has what nobody needs: take it away, unless something was asked since."""
        row = NetworkCluster(left.network_id, left.network_id, left.cluster_id)
        if self.rows.bounds([left.network_id]):  # else the network itself is deleted
            row = self.rows.lock(left.network_id, left.cluster_id, self.ids.new())
            needed = row.mapped or self.rows.plugged(left.network_id, left.cluster_id)
            if needed or (left.version and row.version != left.version):
                return False
        self.withdraw(replace(row, groups=left.groups))
        return True

    def made(self, network_id: str) -> bool:
        """Whether it is, or may be, in any cluster."""
        return any(row.state != ABSENT for row in self.rows.whereabouts([network_id]))

    def _make(
        self, row: NetworkCluster, groups: Sequence[str], request_id: str, waits_for: str | None
    ) -> str:
        network = self.networks.get(row.network_id)
        name = name_in_clusters(self.prefix, network.id)
        mode, link = row.mode or network.mode, row.link or network.link
        known = row.groups if row.state == ACTIVE else ()
        commands: list[NetworkCommand] = []
        if row.state != ACTIVE:
            pool = pool_of(self.rows.pools([network.id]).get(network.id))
            tags = tags_of(network)
            commands.append(CreateNetwork(name, pool or NO_POOL, network.mac_prefix, tags))
        commands += [
            ConnectNetwork(name, group, mode, link) for group in groups if group not in known
        ]
        made = tuple(sorted({*row.groups, *groups}))
        return self._ask(row, commands, request_id, MAKING, made, waits_for)

    def _ask(
        self,
        row: NetworkCluster,
        commands: Iterable[NetworkCommand],
        request_id: str,
        state: str,
        groups: tuple[str, ...],
        waits_for: str | None = None,
    ) -> str:
        now, version = self.clock.now(), row.version + 1
        request = request_id or f"req-{self.ids.new()}"
        for command in commands:
            effect = Effect(
                self.ids.new(),
                row.cluster_id,
                "",
                version,
                request,
                command,
                network_id=row.network_id,
                subject=row.id,
                waits_for=waits_for,
            )
            self.outbox.put(effect, now)
            waits_for = None  # the others come after it anyway
        self.rows.save(
            replace(
                row,
                state=state,
                groups=groups,
                effect_id=effect.id,
                trouble="",
                version=version,
            )
        )
        return effect.id

    def _nic(self, port: ServerPort, pool: str | None) -> NicWanted:
        return NicWanted(
            f"{self.prefix}nic-{port.port_id}",
            port.mac,
            port.link,
            port.mode,
            nic_address(port.addresses, pool),
            name_in_clusters(self.prefix, port.network_id),
        )


def groups_of(cluster: Cluster) -> Sequence[str]:
    """The cluster's node groups; those that have not been seen yet are the one it has at first."""
    return cluster.capacity.node_groups or ("default",)


def tags_of(network: Network) -> tuple[str, ...]:
    """What the network is marked with in clusters."""
    flavor = NETWORK_FLAVORS.get(network.flavor)
    own = (tag_in_clusters(network.id),)
    return (*own, flavor.tag) if flavor and flavor.tag else own
