"""Instance actions in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import (
    Connection,
    Integer,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)

from cyclades.adapters.sql.schema.servers import instance_action_events as events
from cyclades.adapters.sql.schema.servers import instance_actions
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.instance_action import SUCCESS, InstanceAction
from cyclades.ports.servers import InstanceActions

COLUMNS = tuple(instance_actions.c[name] for name in InstanceAction.__dataclass_fields__)


FINISH = update(instance_actions).where(instance_actions.c.effect_id == bindparam("effect"))
_HERE = events.c.action_id == instance_actions.c.id
NOTE = (
    insert(events)
    .from_select(
        ["id", "action_id", "name", "message", "started", "finished", "result"],
        select(
            bindparam("event", type_=events.c.id.type),
            instance_actions.c.id,
            literal_column("'cluster_progress'"),
            bindparam("said", type_=events.c.message.type),
            bindparam("now", type_=events.c.started.type),
            bindparam("now", type_=events.c.started.type),
            literal_column(f"'{SUCCESS}'"),
        ).where(
            instance_actions.c.effect_id == bindparam("effect"),
            ~select(events.c.id)
            .where(_HERE, events.c.message == bindparam("said", type_=events.c.message.type))
            .exists(),
            select(func.count(events.c.id)).where(_HERE).scalar_subquery()
            < bindparam("most", type_=Integer),
        ),
    )
    .returning(events.c.id)
)


class SqlInstanceActions(InstanceActions):
    """One row an action."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def begin(self, action: InstanceAction) -> None:
        """Insert."""
        self._connection.execute(insert(instance_actions), asdict(action))

    def finish(self, effect_id: str, result: str, message: str | None, now: datetime) -> None:
        """Update."""
        values = {"result": result, "message": message, "updated": now, "finished": now}
        self._connection.execute(FINISH, {"effect": effect_id, **values})

    def note(self, effect_id: str, event_id: str, message: str, now: datetime, most: int) -> bool:
        """Insert, unless it is there."""
        values = {"effect": effect_id, "event": event_id, "said": message, "now": now, "most": most}
        return self._connection.execute(NOTE, values).first() is not None

    def list(self, server_id: str) -> Sequence[InstanceAction]:
        """Select, newest first."""
        query = (
            select(*COLUMNS)
            .where(instance_actions.c.server_id == server_id)
            .order_by(instance_actions.c.started.desc(), instance_actions.c.id.desc())
        )
        return [InstanceAction(*row) for row in self._connection.execute(query)]

    def get(self, server_id: str, request_id: str) -> InstanceAction:
        """Select one."""
        row = self._connection.execute(
            select(*COLUMNS).where(
                instance_actions.c.server_id == server_id,
                instance_actions.c.request_id == request_id,
            )
        ).first()
        if row is None:
            raise NotFound("action", request_id)
        return InstanceAction(*row)
