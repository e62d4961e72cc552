"""Imports of images in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from cyclades.adapters.sql.moments import ended, moments, unmeant
from cyclades.adapters.sql.schema.image_tasks import image_tasks
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.image_task import ImageTask, Method, TaskStatus
from cyclades.ports.image_tasks import ImageTasks

TABLE = image_tasks.c
PLAIN = (
    *("id", "image_id", "owner", "user_id", "request_id", "created", "updated", "uri"),
    *("message", "attempts", "fence", "finished"),
)
_OTHER = image_tasks.alias("other")
_BUSY = (
    select(_OTHER.c.owner)
    .where(_OTHER.c.finished.is_(None), _OTHER.c.lease_until >= bindparam("now"))
    .group_by(_OTHER.c.owner)
    .having(func.count() >= bindparam("per_owner", type_=Integer))
)
_WAITING = and_(TABLE.lease_until.is_(None), or_(TABLE.due <= bindparam("now"), unmeant(TABLE.due)))
CLAIMABLE = (
    select(image_tasks)
    .where(TABLE.finished.is_(None), or_(_WAITING, ended(TABLE.lease_until)))
    .where(TABLE.owner.not_in(_BUSY))
    .order_by(TABLE.due, TABLE.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
HELD = and_(
    TABLE.id == bindparam("task"), TABLE.fence == bindparam("held"), TABLE.finished.is_(None)
)
HOLD = select(TABLE.id).where(HELD).with_for_update()
CHANGE = update(image_tasks).where(HELD)
OF_IMAGE = (
    select(image_tasks)
    .where(TABLE.image_id == bindparam("image"))
    .order_by(TABLE.created, TABLE.id)
)
ONE = select(image_tasks).where(TABLE.id == bindparam("task"))
NEWEST = select(image_tasks).order_by(TABLE.created.desc(), TABLE.id.desc())
OLD = select(TABLE.id).where(TABLE.finished < bindparam("before")).limit(bindparam("most"))


class SqlImageTasks(ImageTasks):
    """Claims are leases with fences."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, task: ImageTask) -> None:
        values = {name: getattr(task, name) for name in PLAIN}
        states = {"method": task.method.value, "status": task.status.value, "due": task.created}
        self._connection.execute(insert(image_tasks), values | states)

    def of(self, image_id: str) -> Sequence[ImageTask]:
        return [_task(row) for row in self._connection.execute(OF_IMAGE, {"image": image_id})]

    def get(self, task_id: str) -> ImageTask:
        row = self._connection.execute(ONE, {"task": task_id}).one_or_none()
        if row is None:
            raise NotFound("task", task_id[:80])
        return _task(row)

    def page(self, limit: int, after: ImageTask | None = None) -> Sequence[ImageTask]:
        query = NEWEST.limit(limit)
        if after is not None:
            earlier = and_(TABLE.created == after.created, TABLE.id < after.id)
            query = query.where(or_(TABLE.created < after.created, earlier))
        return [_task(row) for row in self._connection.execute(query)]

    def claim(self, now: datetime, lease_until: datetime, per_owner: int) -> ImageTask | None:
        asked = {"per_owner": per_owner} | moments(now, lease_until)
        row = self._connection.execute(CLAIMABLE, asked).one_or_none()
        if row is None:
            return None
        taken = {
            "status": TaskStatus.PROCESSING.value,
            "fence": row.fence + 1,
            "attempts": row.attempts + 1,
            "updated": now,
        }
        fenced = {"task": row.id, "held": row.fence}
        self._connection.execute(CHANGE.values(lease_until=lease_until, **taken), fenced)
        return _task(row, **taken)

    def beat(self, task: ImageTask, lease_until: datetime) -> bool:
        return self._change(task, lease_until=lease_until)

    def hold(self, task: ImageTask) -> bool:
        return self._connection.execute(HOLD, _fenced(task)).first() is not None

    def put_off(self, task: ImageTask, message: str, due: datetime) -> bool:
        waiting = TaskStatus.PENDING.value
        return self._change(task, status=waiting, message=message, due=due, lease_until=None)

    def finish(self, task: ImageTask, status: TaskStatus, message: str, now: datetime) -> bool:
        over = {"finished": now, "updated": now, "lease_until": None, "uri": None}
        return self._change(task, status=status.value, message=message, **over)

    def forget(self, before: datetime, limit: int) -> int:
        old = self._connection.execute(OLD, {"before": before, "most": limit}).scalars().all()
        if old:
            self._connection.execute(delete(image_tasks).where(TABLE.id.in_(old)))
        return len(old)

    def _change(self, task: ImageTask, **values: Any) -> bool:
        done = self._connection.execute(CHANGE.values(**values), _fenced(task))
        return done.rowcount == 1


def _fenced(task: ImageTask) -> dict[str, Any]:
    return {"task": task.id, "held": task.fence}


def _task(row: Row[Any], **newer: Any) -> ImageTask:
    found = {name: getattr(row, name) for name in PLAIN} | {"status": row.status} | newer
    status = TaskStatus(found.pop("status"))
    return ImageTask(**found, method=Method(row.method), status=status)
