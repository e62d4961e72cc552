"""Reading volumes in SQL: one statement each."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    false,
    func,
    select,
    true,
    type_coerce,
)

from cyclades.adapters.sql.listing import Condition, Shelf, Values, contains, has_texts, owned
from cyclades.adapters.sql.schema.clusters import clusters
from cyclades.adapters.sql.schema.volumes import (
    snapshots,
    volume_attachments,
    volume_types,
    volumes,
)
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_query import Comparison
from cyclades.ports.volume_views import Stock, Summary, VolumeName, VolumeView, VolumeViews

TABLE = volumes.c
HELD = volume_attachments.c
COMPARED: Mapping[str, Callable[[Any, Any], Any]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "eq": operator.eq,
    "neq": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
}


def compared(column: Any) -> Condition:
    """A moment stands to the others as their words say."""

    def condition(values: Values) -> Any:
        wanted: Sequence[Comparison] = values[0]
        return and_(true(), *(COMPARED[each.word](column, each.moment) for each in wanted))

    return condition


def texts_of(column: Any) -> Condition:
    """A JSON object has all of these texts."""
    return lambda wanted: and_(true(), *(has_texts(column, each) for each in wanted))


SHELF = Shelf(
    "volume",
    volumes,
    {
        "id": TABLE.id,
        "name": TABLE.name,
        "description": TABLE.description,
        "status": TABLE.status,
        "size": TABLE.size,
        "bootable": TABLE.bootable,
        "availability_zone": TABLE.availability_zone,
        "created_at": TABLE.created,
        "updated_at": TABLE.updated,
        "project_id": TABLE.project_id,
        "user_id": TABLE.user_id,
        "volume_type_id": TABLE.type_id,
    },
    {
        "metadata": texts_of(TABLE.metadata),
        "glance_metadata": texts_of(TABLE.image_metadata),
        "created_at": compared(TABLE.created),
        "updated_at": compared(TABLE.updated),
        "host": lambda names: TABLE.cluster_id.in_(
            select(clusters.c.id).where(clusters.c.name.in_(names))
        ),
        # No volume is in a group or migrates, and each counts.
        "group_id": lambda _values: false(),
        "migration_status": lambda _values: false(),
        "consumes_quota": lambda values: true() if values[0] else false(),
        **{
            f"{name}~": contains(TABLE[name])
            for name in ("name", "description", "status", "availability_zone")
        },
    },
    owned(volumes),
)
SPECIAL = {
    "type_name": volume_types.c.name,
    "cluster": clusters.c.name,
    "metadata": type_coerce(TABLE.metadata, Text),
    "image_metadata": type_coerce(TABLE.image_metadata, Text),
    "attachment_id": HELD.id,
    "server_id": HELD.server_id,
    "device": HELD.device,
    "attached": HELD.created,
}
COLUMNS = tuple(
    (SPECIAL[name] if name in SPECIAL else TABLE[name]).label(name) for name in VolumeView._fields
)
JOINED = (
    volumes.join(volume_types)
    .outerjoin(volume_attachments)
    .outerjoin(clusters, clusters.c.id == TABLE.cluster_id)
)
ROWS = select(*COLUMNS).select_from(JOINED)
NAMES = select(TABLE.id, TABLE.name)
# Put together once for everybody, once for administrators.
SHOWING: Mapping[bool, Select[Any]] = {
    True: ROWS.where(TABLE.id == bindparam("this")),
    False: ROWS.where(TABLE.id == bindparam("this"), TABLE.project_id == bindparam("project")),
}


def _held_by_project(table: Table) -> Select[Any]:
    size = func.coalesce(func.sum(table.c.size), 0)
    there = table.c.cluster_id == bindparam("there")
    return select(table.c.project_id, func.count(), size).where(there).group_by(table.c.project_id)


STOCKS = (_held_by_project(volumes), _held_by_project(snapshots))


class SqlVolumeViews(VolumeViews):
    """Rows for presenters."""

    def __init__(self, connection: Connection) -> None:
        """Read on this connection."""
        self._connection = connection

    def show(self, scope: Scope, volume_id: str) -> VolumeView:
        """Select one."""
        wanted = {"this": volume_id}
        if not scope.everything:
            wanted["project"] = scope.project_id or ""
        row = self._connection.execute(SHOWING[scope.everything], wanted).one_or_none()
        if row is None:
            raise NotFound("volume", volume_id[:64])
        return VolumeView._make(row)

    def page(self, listing: Listing) -> Sequence[VolumeView]:
        """Select a page."""
        return [VolumeView._make(row) for row in SHELF.page(self._connection, ROWS, listing)]

    def names(self, listing: Listing) -> Sequence[VolumeName]:
        """Select a page of two columns."""
        return [VolumeName._make(row) for row in SHELF.page(self._connection, NAMES, listing)]

    def count(self, listing: Listing) -> int:
        """Count."""
        return SHELF.count(self._connection, listing)

    def summary(self, scope: Scope) -> Summary:
        """Count, add, and collect."""
        query = select(func.count(), func.coalesce(func.sum(TABLE.size), 0)).select_from(volumes)
        seen = owned(volumes)(scope)
        count, size = self._connection.execute(query.where(seen)).one()
        found: dict[str, list[str]] = {}
        told = select(TABLE.metadata).where(seen, type_coerce(TABLE.metadata, Text) != "{}")
        for row in self._connection.execute(told):
            for key, value in row.metadata.items():
                if value not in found.setdefault(key, []):
                    found[key].append(value)
        return Summary(count, int(size), found)

    def stocks(self, cluster_id: str) -> Mapping[str, Stock]:
        """Count and add, volumes and snapshots."""
        where = {"there": cluster_id}
        both = [
            {row[0]: (row[1], int(row[2])) for row in self._connection.execute(query, where)}
            for query in STOCKS
        ]
        none = (0, 0)
        return {
            project: Stock(*both[0].get(project, none), *both[1].get(project, none))
            for project in sorted(both[0].keys() | both[1].keys())
        }
