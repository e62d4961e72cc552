"""Reading servers in SQL: one statement each, what hangs on them as JSON made there."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    literal_column,
    select,
    tuple_,
    union_all,
)

from cyclades.adapters.sql.listing import after
from cyclades.adapters.sql.schema.clusters import clusters
from cyclades.adapters.sql.schema.floating_ips import floating_ips
from cyclades.adapters.sql.schema.networks import networks
from cyclades.adapters.sql.schema.ports import port_security_groups, ports
from cyclades.adapters.sql.schema.security_groups import security_group_rules, security_groups
from cyclades.adapters.sql.schema.servers import servers
from cyclades.adapters.sql.schema.subnets import addresses
from cyclades.adapters.sql.views.json import json_grouped, json_list, json_map
from cyclades.adapters.sql.views.server_filters import FILTERS, ORDERS
from cyclades.adapters.sql.views.volume_attachments import VOLUMES
from cyclades.adapters.sql.visibility import within
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing, Order
from cyclades.domain.model.sharing import Scope
from cyclades.ports.server_views import (
    GroupView,
    InterfaceView,
    ServerName,
    ServerView,
    ServerViews,
)

NEWEST_FIRST = (Order("created", descending=True),)


def _address(of: Mapping[str, Any], kind: str, start: FromClause) -> Select[Any]:
    """An entry of a server's addresses, and what it is sorted by."""
    return (
        select(
            networks.c.name.label("key"),
            json_map(
                {
                    "version": of["version"],
                    "addr": of["address"],
                    "OS-EXT-IPS:type": literal_column(f"'{kind}'"),
                    "OS-EXT-IPS-MAC:mac_addr": ports.c.mac,
                }
            ).label("entry"),
            ports.c.position.label("position"),
            ports.c.id.label("port"),
            literal_column(f"'{kind}'").label("kind"),
            of["version"].label("version"),
            of["number"].label("number"),
        )
        .select_from(start)
        .where(ports.c.device_id == servers.c.id)
        .correlate(servers)
    )


_PLUGGED = networks.join(ports, ports.c.network_id == networks.c.id)
_ENTRIES = union_all(
    _address(
        {
            "version": addresses.c.ip_version,
            "address": addresses.c.address,
            "number": addresses.c.number,
        },
        "fixed",
        _PLUGGED.join(addresses, addresses.c.port_id == ports.c.id),
    ),
    _address(
        {
            "version": literal_column("4"),
            "address": floating_ips.c.address,
            "number": floating_ips.c.address,
        },
        "floating",
        _PLUGGED.join(floating_ips, floating_ips.c.port_id == ports.c.id),
    ),
).subquery()
ADDRESSES = json_grouped(
    select(_ENTRIES.c.key, _ENTRIES.c.entry)
    .order_by(
        _ENTRIES.c.key,
        _ENTRIES.c.position,
        _ENTRIES.c.port,
        _ENTRIES.c.kind,
        _ENTRIES.c.version,
        _ENTRIES.c.number,
    )
    .subquery()
)
_GROUP_NAMES = (
    select(security_groups.c.name)
    .distinct()
    .select_from(
        security_groups.join(port_security_groups).join(
            ports, ports.c.id == port_security_groups.c.port_id
        )
    )
    .where(ports.c.device_id == servers.c.id)
    .order_by(security_groups.c.name)
    .correlate(servers)
    .subquery()
)
GROUPS = json_list(
    select(json_map({"name": _GROUP_NAMES.c.name}).label("entry")).correlate(servers).subquery()
)
FIXED_IPS = json_list(
    select(
        json_map({"subnet_id": addresses.c.subnet_id, "ip_address": addresses.c.address}).label(
            "entry"
        ),
    )
    .where(addresses.c.port_id == ports.c.id)
    .order_by(addresses.c.ip_version, addresses.c.number)
    .correlate(ports)
    .subquery()
)
RULES = json_list(
    select(
        json_map(
            {
                name: security_group_rules.c[name]
                for name in (
                    "id", "ethertype", "protocol", "port_range_min", "port_range_max",
                    "remote_ip_prefix", "remote_group_id",
                )
            }
        ).label("entry"),
    )
    .where(
        security_group_rules.c.security_group_id == security_groups.c.id,
        security_group_rules.c.direction == "ingress",
    )
    .order_by(security_group_rules.c.id)
    .correlate(security_groups)
    .subquery()
)  # fmt: skip

OF_CLUSTERS = {
    "cluster": clusters.c.name,
    "drained": clusters.c.drained,
    "offline": clusters.c.offline,
    "breaker_open": clusters.c.breaker_open,
    "addresses": ADDRESSES,
    "security_groups": GROUPS,
    "volumes": VOLUMES,
}
COLUMNS = tuple(
    (OF_CLUSTERS[name] if name in OF_CLUSTERS else servers.c[name]).label(name)
    for name in ServerView._fields
)


def _showing(*, everything: bool, deleted: bool) -> Select[Any]:
    conditions = [servers.c.id == bindparam("this")]
    if not everything:
        conditions.append(servers.c.project_id == bindparam("project"))
    if not deleted:
        conditions.append(~servers.c.deleted)
    return select(*COLUMNS).join(clusters).where(*conditions)


# Put together once: a statement of this size costs more to describe than to run.
SHOWING = {
    (everything, deleted): _showing(everything=everything, deleted=deleted)
    for everything in (True, False)
    for deleted in (True, False)
}


class SqlServerViews(ServerViews):
    """Rows for presenters."""

    def __init__(self, connection: Connection) -> None:
        """Read on this connection."""
        self._connection = connection

    def show(self, scope: Scope, server_id: str, *, deleted: bool = False) -> ServerView:
        """Select one."""
        query = SHOWING[scope.everything, deleted]
        wanted = {"this": server_id, "project": scope.project_id}
        row = self._connection.execute(query, wanted).one_or_none()
        if row is None:
            raise NotFound("instance", server_id)
        return ServerView._make(row)

    def page(self, listing: Listing) -> Sequence[ServerView]:
        """Select a page."""
        return [ServerView._make(row) for row in self._rows(select(*COLUMNS), listing)]

    def names(self, listing: Listing) -> Sequence[ServerName]:
        """Select a page of two columns."""
        rows = self._rows(select(servers.c.id, servers.c.name), listing)
        return [ServerName._make(row) for row in rows]

    def interfaces(self, scope: Scope, server_id: str) -> Sequence[InterfaceView]:
        """Select ports; a server without any gives one empty row."""
        query = (
            select(
                ports.c.id, ports.c.network_id, ports.c.mac, ports.c.status, ports.c.tag, FIXED_IPS
            )
            .select_from(servers.outerjoin(ports, ports.c.device_id == servers.c.id))
            .where(*_this(scope, server_id))
            .order_by(ports.c.position, ports.c.id)
        )
        return [InterfaceView._make(row) for row in self._parts(query, server_id)]

    def security_groups(self, scope: Scope, server_id: str) -> Sequence[GroupView]:
        """Select groups; a server without any gives one empty row."""
        joined = (
            servers.outerjoin(ports, ports.c.device_id == servers.c.id)
            .outerjoin(port_security_groups, port_security_groups.c.port_id == ports.c.id)
            .outerjoin(
                security_groups,
                security_groups.c.id == port_security_groups.c.security_group_id,
            )
        )
        query = (
            select(
                security_groups.c.id,
                security_groups.c.name,
                security_groups.c.description,
                security_groups.c.project_id,
                RULES.label("rules"),
            )
            .distinct()
            .select_from(joined)
            .where(*_this(scope, server_id))
            .order_by(security_groups.c.name, security_groups.c.id)
        )
        return [GroupView._make(row) for row in self._parts(query, server_id)]

    def _parts(self, query: Select[Any], server_id: str) -> Sequence[Row[Any]]:
        rows = self._connection.execute(query).all()
        if not rows:
            raise NotFound("instance", server_id)
        return [row for row in rows if row[0] is not None]

    def _rows(self, query: Select[Any], listing: Listing) -> Sequence[Row[Any]]:
        seen = within(servers, listing.scope)
        filters = {"deleted": (False,), **listing.filters}
        order = listing.order or NEWEST_FIRST
        keys = [(ORDERS[key.attribute], key.descending) for key in order]
        keys.append((servers.c.id, order[-1].descending))
        query = query.join(clusters).where(
            seen, *(FILTERS[name](values) for name, values in filters.items())
        )
        if listing.marker is not None:
            query = query.where(_after(keys, and_(servers.c.id == listing.marker, seen)))
        query = query.order_by(*(key.desc() if down else key for key, down in keys))
        rows = self._connection.execute(query.limit(listing.limit)).all()
        if not rows and listing.marker is not None:
            self._require(listing.marker, seen)
        return rows

    def _require(self, marker: str, seen: ColumnElement[bool]) -> None:
        query = select(servers.c.id).where(servers.c.id == marker, seen)
        if self._connection.execute(query).first() is None:
            raise NotFound("instance", marker)


def _this(scope: Scope, server_id: str, *, deleted: bool = False) -> list[ColumnElement[bool]]:
    found = [servers.c.id == server_id, within(servers, scope)]
    return found if deleted else [*found, ~servers.c.deleted]


def _after(
    keys: Sequence[tuple[ColumnElement[Any], bool]], marked: ColumnElement[bool]
) -> ColumnElement[bool]:
    # The marker's row is looked up in the same statement. A comparison of whole rows is
    # what an index can follow; it needs one direction for all keys.
    columns = [key for key, _ in keys]
    downs = {down for _, down in keys}
    if len(downs) == 1:
        here: Any = tuple_(*columns)
        there = _at(marked, *columns)
        beyond: ColumnElement[bool] = here < there if downs.pop() else here > there
        return beyond
    return after(keys, [_at(marked, column) for column in columns])


def _at(marked: ColumnElement[bool], *columns: ColumnElement[Any]) -> Any:
    return select(*columns).where(marked).correlate(None).scalar_subquery()
