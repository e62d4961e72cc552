"""Networks in SQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.listing import Shelf
from cyclades.adapters.sql.rbac_policies import granted, limited
from cyclades.adapters.sql.schema.clusters import clusters
from cyclades.adapters.sql.schema.networks import (
    network_clusters,
    network_resources,
    networks,
    rbac_policies,
)
from cyclades.adapters.sql.schema.ports import ports
from cyclades.adapters.sql.schema.subnets import addresses, subnets
from cyclades.adapters.sql.versioned import fields_of, insert_unless_there, save, values_of
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import Network
from cyclades.domain.model.network_cluster import LIVE
from cyclades.domain.model.network_errors import NetworkInUse
from cyclades.domain.model.rbac_policy import EVERYBODY, EXTERNAL, NETWORK, SHARED
from cyclades.domain.model.sharing import Scope
from cyclades.ports.networks import NetworkRepository

STORED = tuple(column.name for column in networks.columns)
SHOWN_PORTS = 10
CHUNK = 64  # of a pool's values get rows at once
SUBNETS, ZONES = "subnets", "zones"


def visible(scope: Scope) -> ColumnElement[bool]:
    """One's own, what is there for everybody, and what policies let the project use."""
    if scope.everything:
        return true()
    table = networks.c
    return or_(
        table.project_id == scope.project_id,
        table.shared,
        and_(table.external, table.id.not_in(limited())),
        table.id.in_(granted(scope.project_id)),
    )


def shared(scope: Scope) -> ColumnElement[bool]:
    """What one may plug into without owning it."""
    return or_(networks.c.shared, networks.c.id.in_(granted(scope.project_id, SHARED)))


SHELF = Shelf(
    "network",
    networks,
    {
        "id": networks.c.id,
        "name": networks.c.name,
        "description": networks.c.description,
        "project_id": networks.c.project_id,
        "tenant_id": networks.c.project_id,
        "admin_state_up": networks.c.admin_state_up,
        "shared": networks.c.shared,
        "router:external": networks.c.external,
        "is_default": networks.c.is_default,
        "mtu": networks.c.mtu,
        "port_security_enabled": networks.c.port_security_enabled,
        "created_at": networks.c.created,
        "updated_at": networks.c.updated,
        "revision_number": networks.c.version,
    },
    {},
    visible,
    {"shared": shared},
)


_FREE = (
    select(network_resources.c.value)
    .where(
        network_resources.c.pool == bindparam("from_pool"),
        network_resources.c.network_id.is_(None),
    )
    .order_by(network_resources.c.value)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
CLAIM = (
    update(network_resources)
    .where(network_resources.c.pool == bindparam("from_pool"), network_resources.c.value == _FREE)
    .values(network_id=bindparam("network"))
    .returning(network_resources.c.value)
)


class SqlNetworks(NetworkRepository):
    """One row a network; a private one's link is another."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, network: Network) -> None:
        self._connection.execute(insert(networks).values(values_of(network, STORED)))

    def get(self, network_id: str) -> Network:
        return self._one(network_id, select(networks))

    def hold(self, network_id: str) -> Network:
        return self._one(network_id, select(networks).with_for_update(read=True))

    def lock(self, network_id: str) -> Network:
        return self._one(network_id, select(networks).with_for_update())

    def save(self, network: Network) -> None:
        save(self._connection, networks, network, STORED)

    def remove(self, network_id: str) -> None:
        on_it = select(ports.c.id).where(ports.c.network_id == network_id).limit(SHOWN_PORTS)
        found = self._connection.execute(on_it).scalars().all()
        if found:
            raise in_use(network_id, found)
        try:
            with self._connection.begin_nested():
                for table in (addresses, subnets):
                    self._connection.execute(delete(table).where(table.c.network_id == network_id))
                self._connection.execute(delete(networks).where(networks.c.id == network_id))
        except IntegrityError as error:
            raise in_use(network_id, ()) from error
        self._connection.execute(
            update(network_resources)
            .where(network_resources.c.network_id == network_id)
            .values(network_id=None)
        )

    def list(self, listing: Listing) -> Sequence[Network]:
        return self._with_subnets(SHELF.page(self._connection, select(networks), listing))

    def usable(self, project_id: str) -> Sequence[Network]:
        query = select(networks).where(
            networks.c.project_id == project_id,
            networks.c.admin_state_up,
            ~networks.c.external,
            exists().where(subnets.c.network_id == networks.c.id),
        )
        rows = self._connection.execute(query.order_by(networks.c.created, networks.c.id))
        return [network_of(row, {}) for row in rows]

    def public(self) -> Sequence[Network]:
        query = (
            select(networks)
            .where(networks.c.external, networks.c.shared, networks.c.admin_state_up)
            .order_by(networks.c.is_default.desc(), networks.c.created, networks.c.id)
        )
        return [network_of(row, {}) for row in self._connection.execute(query)]

    def claim_resource(self, pool: str, network_id: str, values: Sequence[str]) -> str | None:
        table, wanted = network_resources.c, frozenset(values)
        while True:
            asked = {"from_pool": pool, "network": network_id}
            value: str | None = self._connection.execute(CLAIM, asked).scalar_one_or_none()
            if value in wanted:
                return value
            if value is not None:  # the settings do not have it any more
                self._connection.execute(
                    delete(network_resources).where(table.pool == pool, table.value == value)
                )
            elif not self._fill(pool, wanted):
                return None

    def _fill(self, pool: str, wanted: Collection[str]) -> bool:
        """What a pool has is in the settings; it gets rows as they are needed, some at a time."""
        table = network_resources.c
        there = self._connection.execute(select(table.value).where(table.pool == pool)).scalars()
        rows = [
            {"pool": pool, "value": each, "network_id": None}
            for each in sorted(set(wanted).difference(there))[:CHUNK]
        ]
        if rows:
            insert_unless_there(self._connection, network_resources, rows)
        return bool(rows)

    def _one(self, network_id: str, query: Select[Any]) -> Network:
        rows = self._connection.execute(query.where(networks.c.id == network_id)).all()
        if not rows:
            raise NotFound("network", network_id)
        return self._with_subnets(rows)[0]

    def _with_subnets(self, rows: Sequence[Row[Any]]) -> Sequence[Network]:
        theirs: Mapping[str, dict[str, list[str]]] = {row.id: defaultdict(list) for row in rows}
        for row in self._connection.execute(parts_of(list(theirs))):
            theirs[row.network_id][row.kind].append(row.value)
        return [network_of(row, theirs[row.id]) for row in rows]


def parts_of(network_ids: Sequence[str]) -> CompoundSelect[Any]:
    """Subnets of networks, oldest first; the projects that policies name, by action; zones."""
    theirs = select(
        subnets.c.network_id,
        literal(SUBNETS).label("kind"),
        subnets.c.id.label("value"),
        subnets.c.created.label("created"),
    ).where(subnets.c.network_id.in_(network_ids))
    table = rbac_policies.c
    targets = select(table.object_id, table.action, table.target_project, null()).where(
        table.object_id.in_(network_ids), table.object_type == NETWORK
    )
    there = network_clusters.c
    zones = (
        select(there.network_id, literal(ZONES), clusters.c.availability_zone, null())
        .join_from(network_clusters, clusters, clusters.c.id == there.cluster_id)
        .where(there.network_id.in_(network_ids), or_(there.mapped, there.state.in_(LIVE)))
    )
    return union_all(theirs, targets, zones).order_by("created", "value")


def network_of(row: Row[Any], parts: Mapping[str, Sequence[str]]) -> Network:
    """A row as the model has it."""
    limits = tuple(parts.get(EXTERNAL, ()))
    return Network(
        **fields_of(row),
        subnets=tuple(parts.get(SUBNETS, ())),
        shared_to=tuple(each for each in parts.get(SHARED, ()) if each != EVERYBODY),
        external_to=() if EVERYBODY in limits else limits,
        zones=tuple(sorted({*parts.get(ZONES, ())})),
    )


def in_use(network_id: str, port_ids: Sequence[str]) -> NetworkInUse:
    """What stands in the way of a network's end."""
    which = f", id for these ports is: {','.join(port_ids)}" if port_ids else ""
    return NetworkInUse(
        f"Unable to complete operation on network {network_id}. "
        f"There are one or more ports still in use on the network{which}."
    )
