"""Reading instance actions in SQL: the server is found in the same statement."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, select, tuple_

from cyclades.adapters.sql.schema.clusters import clusters
from cyclades.adapters.sql.schema.servers import instance_action_events as events
from cyclades.adapters.sql.schema.servers import instance_actions as actions
from cyclades.adapters.sql.schema.servers import servers
from cyclades.adapters.sql.visibility import within
from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.instance_action import InstanceActionEvent
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.ports.instance_action_views import ActionView, InstanceActionViews

OF_OTHERS = {
    "owner_id": servers.c.project_id,
    "cluster_id": servers.c.cluster_id,
    "cluster": clusters.c.name,
}
COLUMNS = tuple(
    (OF_OTHERS[name] if name in OF_OTHERS else actions.c[name]).label(name)
    for name in ActionView._fields
)
EVENTS = (
    select(*(events.c[name] for name in InstanceActionEvent.__dataclass_fields__))
    .where(events.c.action_id == bindparam("action"))
    .order_by(events.c.started, events.c.id)
)
KEY = (actions.c.started, actions.c.id)


class SqlInstanceActionViews(InstanceActionViews):
    """Rows for presenters; a server without actions gives one empty row."""

    def __init__(self, connection: Connection) -> None:
        """Read on this connection."""
        self._connection = connection

    def page(self, server_id: str, listing: Listing, *, deleted: bool) -> Sequence[ActionView]:
        """Select a page."""
        wanted = [actions.c.server_id == servers.c.id, *_changes(listing)]
        if listing.marker is not None:
            there: Any = (
                select(*KEY)
                .where(actions.c.server_id == server_id, actions.c.request_id == listing.marker)
                .order_by(actions.c.id)
                .limit(1)
                .correlate(None)
                .scalar_subquery()
            )
            here: Any = tuple_(*KEY)
            wanted.append(here < there)
        query = _of_server(wanted, listing.scope, server_id, deleted=deleted).order_by(
            *(key.desc() for key in KEY)
        )
        rows = self._connection.execute(query.limit(listing.limit)).all()
        if not rows:
            raise NotFound("instance", server_id)
        found = [ActionView._make(row) for row in rows if row[0] is not None]
        if not found and listing.marker is not None:
            self._require(server_id, listing.marker)
        return found

    def events(self, action_id: str) -> Sequence[InstanceActionEvent]:
        """Select all; an action has few."""
        found = self._connection.execute(EVENTS, {"action": action_id})
        return [InstanceActionEvent(*row) for row in found]

    def show(self, scope: Scope, server_id: str, request_id: str, *, deleted: bool) -> ActionView:
        """Select one."""
        wanted = [actions.c.server_id == servers.c.id, actions.c.request_id == request_id]
        query = _of_server(wanted, scope, server_id, deleted=deleted).order_by(actions.c.id)
        row = self._connection.execute(query.limit(1)).first()
        if row is None:
            raise NotFound("instance", server_id)
        if row[0] is None:
            raise NotFound("action", request_id)
        return ActionView._make(row)

    def _require(self, server_id: str, marker: str) -> None:
        query = select(actions.c.id).where(
            actions.c.server_id == server_id, actions.c.request_id == marker
        )
        if self._connection.execute(query).first() is None:
            raise InvalidInput(f"marker [{marker}] not found", "marker")


def _of_server(
    wanted: Sequence[ColumnElement[bool]], scope: Scope, server_id: str, *, deleted: bool
) -> Select[Any]:
    query = (
        select(*COLUMNS)
        .select_from(servers.join(clusters).outerjoin(actions, and_(*wanted)))
        .where(servers.c.id == server_id, within(servers, scope))
    )
    return query if deleted else query.where(~servers.c.deleted)


def _changes(listing: Listing) -> list[ColumnElement[bool]]:
    since, before = (listing.filters.get(f"changes-{edge}") for edge in ("since", "before"))
    found = [actions.c.updated >= since[0]] if since else []
    return [*found, actions.c.updated <= before[0]] if before else found
