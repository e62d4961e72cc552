"""What nodes must know, read from SQL: one statement for each kind of row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    null,
    select,
    union,
)

from cyclades.adapters.sql.schema.floating_ips import floating_ips
from cyclades.adapters.sql.schema.networks import network_clusters, networks
from cyclades.adapters.sql.schema.ports import port_security_groups, ports
from cyclades.adapters.sql.schema.security_groups import security_group_rules, security_groups
from cyclades.adapters.sql.schema.servers import servers
from cyclades.adapters.sql.schema.subnets import addresses, subnets
from cyclades.adapters.sql.security_groups import rule_of
from cyclades.adapters.sql.subnets import query_all, subnet_of
from cyclades.domain.model.node_document import Facts, Interest, PortFacts, Wire
from cyclades.domain.model.port import COMPUTE_OWNER, FixedIp, Port, in_order
from cyclades.domain.model.security_group import SecurityGroupRule
from cyclades.domain.model.subnet import Subnet
from cyclades.ports.node_documents import NodeDocumentReader

NAMED: BindParameter[Any] = bindparam("ids", expanding=True)
STORED = tuple(column.name for column in ports.columns)
IN_CLUSTER = and_(
    ports.c.id.in_(NAMED),
    ports.c.device_owner.startswith(COMPUTE_OWNER, autoescape=True),
    servers.c.cluster_id == bindparam("cluster"),
    ~servers.c.deleted,
)
HERE = and_(
    network_clusters.c.network_id == ports.c.network_id,
    network_clusters.c.cluster_id == servers.c.cluster_id,
)
PORTS = (
    select(
        ports,
        servers.c.hostname,
        servers.c.project_id.label("server_project"),
        networks.c.flavor,
        func.coalesce(network_clusters.c.mode, networks.c.mode).label("mode"),
        func.coalesce(network_clusters.c.link, networks.c.link).label("link"),
        networks.c.mac_prefix,
        networks.c.mtu,
        networks.c.external,
    )
    .join_from(ports, servers, servers.c.id == ports.c.device_id)
    .join(networks, networks.c.id == ports.c.network_id)
    .outerjoin(network_clusters, HERE)
    .where(IN_CLUSTER)
    .order_by(ports.c.id)
)
SUBNETS = (
    query_all()
    .where(subnets.c.network_id.in_(NAMED))
    .order_by(subnets.c.ip_version, subnets.c.created, subnets.c.id)
)
HELD = select(addresses.c.port_id, addresses.c.subnet_id, addresses.c.address).where(
    addresses.c.port_id.in_(NAMED)
)
DIRECTLY = floating_ips.c.router_id.is_(None)
FLOATING = (
    select(floating_ips.c.port_id, floating_ips.c.address)
    .where(floating_ips.c.port_id.in_(NAMED), DIRECTLY)
    .order_by(floating_ips.c.address)
)
GROUPS = (
    select(port_security_groups)
    .where(port_security_groups.c.port_id.in_(NAMED))
    .order_by(port_security_groups.c.security_group_id)
)
RULES = (
    select(security_group_rules)
    .where(security_group_rules.c.security_group_id.in_(NAMED))
    .order_by(security_group_rules.c.id)
)


def _of_members(table: Any, *columns: ColumnElement[Any]) -> Select[Any]:
    """What secure ports in these groups have; ports without security are no members."""
    return (
        select(port_security_groups.c.security_group_id, *columns)
        .join_from(port_security_groups, ports, ports.c.id == port_security_groups.c.port_id)
        .join(table, table.c.port_id == ports.c.id)
        .where(port_security_groups.c.security_group_id.in_(NAMED), ports.c.port_security_enabled)
    )


MEMBERS = union(
    _of_members(addresses, addresses.c.address),
    _of_members(floating_ips, floating_ips.c.address).where(DIRECTLY),
)
PAIRS = (
    select(port_security_groups.c.security_group_id, ports.c.allowed_address_pairs)
    .join_from(port_security_groups, ports, ports.c.id == port_security_groups.c.port_id)
    .where(
        port_security_groups.c.security_group_id.in_(NAMED),
        ports.c.port_security_enabled,
        ports.c.allowed_address_pairs != (),
    )
)
OWN = (
    select(ports.c.project_id, ports.c.network_id, ports.c.device_id)
    .join_from(ports, servers, servers.c.id == ports.c.device_id)
    .where(IN_CLUSTER)
)
# What the operator wants on every server has no project; its groups are the server's project's.
GROUPS_OWNERS = (
    select(security_groups.c.project_id, null(), null())
    .join_from(
        port_security_groups,
        security_groups,
        security_groups.c.id == port_security_groups.c.security_group_id,
    )
    .where(port_security_groups.c.port_id.in_(NAMED))
)
# Administrators may let a rule name another project's group.
REMOTE = (
    select(security_groups.c.project_id, null(), null())
    .join_from(
        port_security_groups,
        security_group_rules,
        security_group_rules.c.security_group_id == port_security_groups.c.security_group_id,
    )
    .join(security_groups, security_groups.c.id == security_group_rules.c.remote_group_id)
    .where(port_security_groups.c.port_id.in_(NAMED))
)
INTEREST = union(OWN, GROUPS_OWNERS, REMOTE)


class SqlNodeDocuments(NodeDocumentReader):
    """Eight statements."""

    def __init__(self, connection: Connection) -> None:
        """Read by this connection."""
        self._connection = connection

    def facts(self, cluster_id: str, port_ids: Sequence[str]) -> Facts:
        rows = self._connection.execute(PORTS, {"ids": list(port_ids), "cluster": cluster_id}).all()
        ids, on = [row.id for row in rows], {row.network_id for row in rows}
        theirs: Mapping[str, list[Subnet]] = defaultdict(list)
        for row in self._rows(SUBNETS, on):
            theirs[row.network_id].append(subnet_of(row))
        held: Mapping[str, list[FixedIp]] = defaultdict(list)
        for row in self._rows(HELD, ids):
            held[row.port_id].append(FixedIp(row.subnet_id, row.address))
        floating = _gathered(self._rows(FLOATING, ids))
        groups = _gathered(self._rows(GROUPS, ids))
        rules = self._rules({group for each in groups.values() for group in each})
        made = [
            PortFacts(
                Port(
                    **{name: row._mapping[ports.c[name]] for name in STORED},  # noqa: SLF001 - SQLAlchemy's documented way
                    fixed_ips=in_order(tuple(held[row.id])),
                    security_groups=tuple(groups[row.id]),
                ),
                row.hostname,
                row.server_project,
                Wire(**{name: row._mapping[name] for name in Wire._fields}),  # noqa: SLF001 - the same
                tuple(theirs[row.network_id]),
                tuple(floating[row.id]),
            )
            for row in rows
        ]
        remote = {rule.remote_group_id for each in rules.values() for rule in each}
        return Facts(made, rules, self._members(remote))

    def interest(self, cluster_id: str, port_ids: Sequence[str]) -> Interest:
        values = {"ids": list(port_ids), "cluster": cluster_id}
        rows = self._connection.execute(INTEREST, values).all()
        return Interest(*(frozenset(row[place] for row in rows) - {None} for place in range(3)))

    def _rules(self, groups: Iterable[str]) -> dict[str, tuple[SecurityGroupRule, ...]]:
        found: Mapping[str, list[SecurityGroupRule]] = defaultdict(list)
        for row in self._rows(RULES, groups):
            found[row.security_group_id].append(rule_of(row))
        return {group: tuple(each) for group, each in found.items()}

    def _members(self, groups: set[str | None]) -> dict[str, list[str]]:
        named = groups - {None}
        members = _gathered(self._rows(MEMBERS, named))
        for row in self._rows(PAIRS, named):
            members[row.security_group_id] += [p.ip_address for p in row.allowed_address_pairs]
        return dict(members)

    def _rows(self, query: Any, ids: Iterable[str | None]) -> Sequence[Row[Any]]:
        values = list(ids)
        return self._connection.execute(query, {"ids": values}).all() if values else []


def _gathered(rows: Iterable[Any]) -> dict[str, list[str]]:
    """Second columns by first ones."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row[1])
    return found
