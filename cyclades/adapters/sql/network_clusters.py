"""Networks in clusters, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from cyclades.adapters.sql.schema.effects import effects
from cyclades.adapters.sql.schema.networks import network_clusters, networks
from cyclades.adapters.sql.schema.ports import ports
from cyclades.adapters.sql.schema.servers import servers
from cyclades.adapters.sql.schema.subnets import subnets
from cyclades.adapters.sql.versioned import fields_of, insert_unless_there
from cyclades.domain.model.network_cluster import LIVE, USABLE, Bound, NetworkCluster
from cyclades.domain.model.operation import Operation
from cyclades.ports.network_clusters import NetworkClusterRepository

IPV4 = 4
_TABLE = network_clusters.c
_OF = _TABLE.network_id.in_(bindparam("networks", expanding=True))
_THERE = _TABLE.cluster_id == bindparam("cluster")
# Ports of the cluster's servers; a server that is gone has none.
_PLUGGED = (
    select(ports.c.id)
    .join(servers, servers.c.id == ports.c.device_id)
    .where(ports.c.network_id == _TABLE.network_id, servers.c.cluster_id == _TABLE.cluster_id)
    .correlate(network_clusters)
)
USABLE_ROWS = (
    select(network_clusters)
    .where(_OF, _THERE, _TABLE.state.in_(USABLE))
    .order_by(_TABLE.network_id)
    .with_for_update(read=True)
)
CANDIDATES = (
    select(_TABLE.id)
    .where(_OF, _THERE, ~_TABLE.mapped, _TABLE.state.in_(LIVE))
    .order_by(_TABLE.network_id)
    .with_for_update()
)
ABANDONED = select(network_clusters).where(
    _TABLE.id.in_(bindparam("rows", expanding=True)), ~_PLUGGED.exists()
)
BOUNDS = (
    select(networks.c.id, networks.c.external, networks.c.spans, networks.c.home_cluster_id)
    .where(networks.c.id.in_(bindparam("networks", expanding=True)))
    .order_by(networks.c.id)
)
LOCKED_BOUNDS = BOUNDS.with_for_update()
POOLS = (
    select(subnets.c.network_id, subnets.c.cidr)
    .where(
        subnets.c.network_id.in_(bindparam("networks", expanding=True)),
        subnets.c.ip_version == IPV4,
    )
    .order_by(subnets.c.created.desc(), subnets.c.id.desc())
)


class SqlNetworkClusters(NetworkClusterRepository):
    """One row for each pair."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def usable(self, cluster_id: str, network_ids: Collection[str]) -> Mapping[str, NetworkCluster]:
        """Select for share: whoever would take one away waits."""
        asked = {"networks": list(network_ids), "cluster": cluster_id}
        rows = self._connection.execute(USABLE_ROWS, asked)
        return {row.network_id: row_of(row) for row in rows}

    def lock(self, network_id: str, cluster_id: str, new_id: str) -> NetworkCluster:
        """Select for update, after an insertion that another may have been faster with."""
        query = (
            select(network_clusters)
            .where(_TABLE.network_id == network_id, _TABLE.cluster_id == cluster_id)
            .with_for_update()
        )
        found = self._connection.execute(query).one_or_none()
        if found is None:
            new = NetworkCluster(new_id, network_id, cluster_id)
            insert_unless_there(self._connection, network_clusters, [asdict(new)])
            found = self._connection.execute(query).one()
        return row_of(found)

    def lock_by_id(self, row_id: str) -> NetworkCluster | None:
        """Select for update."""
        query = select(network_clusters).where(_TABLE.id == row_id).with_for_update()
        found = self._connection.execute(query).one_or_none()
        return row_of(found) if found else None

    def abandoned(self, cluster_id: str, network_ids: Collection[str]) -> Sequence[NetworkCluster]:
        """Lock first, then look: whoever plugged a server in meanwhile is seen."""
        asked = {"networks": list(network_ids), "cluster": cluster_id}
        locked = self._connection.execute(CANDIDATES, asked).scalars().all()
        if not locked:
            return ()
        rows = self._connection.execute(ABANDONED, {"rows": list(locked)})
        return [row_of(row) for row in rows]

    def save(self, row: NetworkCluster) -> None:
        """Update."""
        self._connection.execute(
            update(network_clusters).where(_TABLE.id == row.id).values(asdict(row))
        )

    def of_network(self, network_id: str) -> Sequence[NetworkCluster]:
        """Select for update."""
        return self._all(
            select(network_clusters).where(_TABLE.network_id == network_id).with_for_update()
        )

    def of_cluster(self, cluster_id: str) -> Sequence[NetworkCluster]:
        """Select."""
        return self._all(select(network_clusters).where(_TABLE.cluster_id == cluster_id))

    def map_all(self, pairs: Collection[tuple[str, str, str]]) -> None:
        """Insert, and update those that are there."""
        rows = [
            asdict(NetworkCluster(row_id, network_id, cluster_id, mapped=True))
            for row_id, network_id, cluster_id in pairs
        ]
        if rows and insert_unless_there(self._connection, network_clusters, rows) < len(rows):
            there = [
                and_(_TABLE.network_id == network_id, _TABLE.cluster_id == cluster_id)
                for _, network_id, cluster_id in pairs
            ]
            self._connection.execute(
                update(network_clusters).where(or_(*there)).values(mapped=True)
            )

    def remove(self, row_ids: Collection[str]) -> None:
        """Delete."""
        self._connection.execute(delete(network_clusters).where(_TABLE.id.in_(row_ids)))

    def whereabouts(self, network_ids: Collection[str]) -> Sequence[NetworkCluster]:
        """Select."""
        return self._all(select(network_clusters).where(_TABLE.network_id.in_(network_ids)))

    def bounds(self, network_ids: Collection[str], *, lock: bool = False) -> Sequence[Bound]:
        """Select; for update, in one order for everybody."""
        query = LOCKED_BOUNDS if lock else BOUNDS
        return [
            Bound(*row) for row in self._connection.execute(query, {"networks": [*network_ids]})
        ]

    def set_home(self, network_ids: Collection[str], cluster_id: str) -> None:
        """Update."""
        self._connection.execute(
            update(networks)
            .where(networks.c.id.in_(network_ids))
            .values(home_cluster_id=cluster_id)
        )

    def external(self) -> Sequence[str]:
        """Select."""
        query = select(networks.c.id).where(networks.c.external)
        return self._connection.execute(query).scalars().all()

    def forget_cluster(self, cluster_id: str) -> None:
        """Delete and update."""
        self._connection.execute(delete(network_clusters).where(_TABLE.cluster_id == cluster_id))
        self._connection.execute(
            update(networks)
            .where(networks.c.home_cluster_id == cluster_id)
            .values(home_cluster_id=None)
        )

    def pools(self, network_ids: Collection[str]) -> Mapping[str, str]:
        """Select all, oldest last."""
        rows = self._connection.execute(POOLS, {"networks": list(network_ids)})
        return {row.network_id: row.cidr for row in rows}

    def plugged(self, network_id: str, cluster_id: str) -> int:
        """Count."""
        query = (
            select(func.count())
            .select_from(ports.join(servers, servers.c.id == ports.c.device_id))
            .where(ports.c.network_id == network_id, servers.c.cluster_id == cluster_id)
        )
        return self._connection.execute(query).scalar_one()

    def ours(self, network_ids: Collection[str]) -> Collection[str]:
        """Select what is there, and what effects tell of."""
        there = select(networks.c.id).where(networks.c.id.in_(network_ids))
        told = select(effects.c.network_id).where(effects.c.network_id.in_(network_ids))
        return set(self._connection.execute(there.union(told)).scalars())

    def awaiting(self, network_id: str, cluster_id: str) -> Sequence[str]:
        """Select by the ports that they are to plug in."""
        query = (
            select(effects.c.id)
            .distinct()
            .join(ports, ports.c.device_id == effects.c.server_id)
            .where(
                ports.c.network_id == network_id,
                effects.c.cluster_id == cluster_id,
                effects.c.finished.is_(None),
                effects.c.waits_for.is_not(None),
                effects.c.state == "queued",
                ~effects.c.uncertain,
                or_(
                    effects.c.operation == Operation.CREATE,
                    effects.c.id == ports.c.effect_id,
                ),
            )
        )
        return self._connection.execute(query).scalars().all()

    def _all(self, query: Select[Any]) -> Sequence[NetworkCluster]:
        rows = self._connection.execute(query.order_by(_TABLE.network_id, _TABLE.cluster_id))
        return [row_of(row) for row in rows]


def row_of(row: Row[Any]) -> NetworkCluster:
    """As the model has it."""
    return NetworkCluster(**fields_of(row))
