"""The outbox in SQL."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    Connection,
    Integer,
    Row,
    Update,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from cyclades.adapters.sql.effect_rows import UNREADABLE, claim_of, in_flight_of
from cyclades.adapters.sql.moments import ended, moments, unmeant
from cyclades.adapters.sql.schema.effects import effects
from cyclades.domain.model.crashes import pause_after
from cyclades.domain.model.effects import Effect
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import JobRank
from cyclades.ports.outbox import Claim, InFlight, Outbox
from cyclades.ports.secrets import Secrets

QUEUED, CLAIMED, SUBMITTED, CANCELLED = "queued", "claimed", "submitted", "cancelled"


_BUSY = effects.alias("busy")
_OLDER = effects.alias("older")
IN_FLIGHT_BY_CLUSTER = (
    select(_BUSY.c.cluster_id, func.count())
    .where(_BUSY.c.finished.is_(None), _BUSY.c.state.in_([CLAIMED, SUBMITTED]), ~_BUSY.c.overdue)
    .group_by(_BUSY.c.cluster_id)
)
_FULL = IN_FLIGHT_BY_CLUSTER.having(func.count() >= bindparam("per_cluster")).subquery()
# Moments that nobody could have meant were written before a clock was set back.
_DUE = or_(
    and_(effects.c.state == QUEUED, or_(effects.c.due <= bindparam("now"), unmeant(effects.c.due))),
    and_(effects.c.state == CLAIMED, ended(effects.c.lease_until)),
)
# An older release leaves alone what only a newer one knows how to do.
_KNOWN = effects.c.operation.in_([*Operation])
_BEFORE = effects.alias("before")
_READY = or_(
    effects.c.waits_for.is_(None),
    ~select(_BEFORE.c.seq)
    .where(_BEFORE.c.id == effects.c.waits_for, _BEFORE.c.finished.is_(None))
    .exists(),
)
_FIRST = (
    ~select(_OLDER.c.seq)
    .where(
        _OLDER.c.subject == effects.c.subject,
        _OLDER.c.finished.is_(None),
        _OLDER.c.seq < effects.c.seq,
    )
    .exists()
)
# Looked at every second by every worker: put together once.
CLAIMABLE = (
    select(effects)
    .where(effects.c.finished.is_(None), _KNOWN, _DUE, _FIRST, _READY)
    .where(or_(effects.c.state == CLAIMED, effects.c.cluster_id.not_in(select(_FULL.c.cluster_id))))
    .order_by(effects.c.seq)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, of=effects)
)
LOCK = (
    select(effects)
    .where(effects.c.id == bindparam("effect"), effects.c.finished.is_(None))
    .with_for_update()
)
CHANGE = update(effects).where(effects.c.id == bindparam("effect"))
UNFINISHED = select(effects.c.id).where(
    effects.c.id.in_(bindparam("ids", expanding=True)), effects.c.finished.is_(None)
)


class SqlOutbox(Outbox):
    """One row an effect; finished rows stay as a record, without secrets."""

    def __init__(
        self, connection: Connection, secrets: Secrets, wake: Callable[[], None] = lambda: None
    ) -> None:
        """Work in this connection's transaction; `wake` hints whoever submits, after it."""
        self._connection = connection
        self._secrets = secrets
        self._wake = wake

    def put(self, effect: Effect, now: datetime) -> None:
        """Insert."""
        guest = orjson.dumps(asdict(effect.guest))
        self._connection.execute(
            insert(effects),
            {
                "id": effect.id,
                "cluster_id": effect.cluster_id,
                "server_id": effect.server_id or None,
                "network_id": effect.network_id or None,
                "subject": effect.subject or effect.server_id,
                "waits_for": effect.waits_for,
                "task_id": effect.task_id or None,
                "generation": effect.generation,
                "request_id": effect.request_id,
                "operation": effect.operation,
                "purpose": effect.purpose,
                "command": orjson.dumps(asdict(effect.command)).decode(),
                "guest": self._secrets.seal(guest)
                if effect.operation is Operation.CREATE
                else None,
                "state": QUEUED,
                "uncertain": False,
                "due": now,
                "created": now,
            },
        )
        self._wake()

    def claim(
        self, now: datetime, lease_until: datetime, limit: int, per_cluster: int
    ) -> Sequence[Claim]:
        """Select what is due, each server's oldest, skipping what others claim; take it."""
        asked = {"most": limit, "per_cluster": per_cluster} | moments(now, lease_until)
        found = self._connection.execute(CLAIMABLE, asked).all()
        rows = self._fitting(found, per_cluster)
        if rows:
            self._connection.execute(
                update(effects)
                .where(effects.c.seq.in_([row.seq for row in rows]))
                .values(
                    state=CLAIMED,
                    lease_until=lease_until,
                    fence=effects.c.fence + 1,
                    attempts=effects.c.attempts + 1,
                    uncertain=True,
                )
            )
        return list(self._readable(rows, now))

    def submitted(self, effect_id: str, fence: int, job_id: int) -> bool:
        """Update under the fence; an update path that was faster has done it already."""
        return self._fenced(
            effect_id, fence, state=SUBMITTED, job_id=job_id, guest=None, lease_until=None
        )

    def postpone(
        self,
        effect_id: str,
        fence: int,
        due: datetime,
        *,
        uncertain: bool,
        error: str,
        crashed: bool = False,
    ) -> bool:
        """Update under the fence."""
        return self._fenced(
            effect_id,
            fence,
            state=QUEUED,
            due=due,
            uncertain=uncertain,
            error=error,
            crashes=effects.c.crashes + int(crashed),
            lease_until=None,
        )

    def cancel_unsent(self, server_id: str, now: datetime) -> Mapping[str, Operation]:
        """Update what waits and surely was never sent."""
        unsent = and_(
            effects.c.server_id == server_id,
            effects.c.task_id.is_(None),
            effects.c.state == QUEUED,
            ~effects.c.uncertain,
            effects.c.finished.is_(None),
        )
        rows = self._connection.execute(
            select(effects.c.seq, effects.c.id, effects.c.operation).where(unsent).with_for_update()
        ).all()
        if rows:
            self._connection.execute(
                update(effects)
                .where(effects.c.seq.in_([row.seq for row in rows]))
                .values(state=CANCELLED, finished=now, guest=None)
            )
        return {row.id: Operation(row.operation) for row in rows}

    def lock(self, effect_id: str) -> InFlight | None:
        """Select for update."""
        row = self._connection.execute(LOCK, {"effect": effect_id}).one_or_none()
        return in_flight_of(row) if row else None

    def advance(self, effect_id: str, job_id: int, rank: JobRank) -> None:
        """Update; a job that was seen was submitted, whoever was to say so."""
        values = {"job_id": job_id, "job_rank": int(rank), "state": SUBMITTED, "guest": None}
        self._connection.execute(CHANGE, {"effect": effect_id, **values})

    def finish(self, effect_id: str, state: str, error: str | None, now: datetime) -> None:
        """Update."""
        values = {"state": state, "error": error, "finished": now}
        self._connection.execute(
            CHANGE, {"effect": effect_id, "guest": None, "lease_until": None, **values}
        )

    def unfinished(self, effect_ids: Collection[str]) -> Collection[str]:
        """Select their ids."""
        if not effect_ids:
            return ()
        found = self._connection.execute(UNFINISHED, {"ids": list(effect_ids)})
        return set(found.scalars())

    def in_flight(self, cluster_id: str) -> Sequence[InFlight]:
        """Select what is not finished."""
        query = (
            select(effects)
            .where(effects.c.cluster_id == cluster_id, effects.c.finished.is_(None), _KNOWN)
            .order_by(effects.c.seq)
        )
        return [in_flight_of(row) for row in self._connection.execute(query)]

    def late(self, before: Mapping[Operation, datetime], limit: int) -> Sequence[str]:
        """Select."""
        old = [
            and_(effects.c.operation == operation, effects.c.created < moment)
            for operation, moment in before.items()
        ]
        query = (
            select(effects.c.id)
            .where(effects.c.finished.is_(None), ~effects.c.overdue, or_(*old))
            .order_by(effects.c.seq)
            .limit(limit)
        )
        return self._connection.execute(query).scalars().all()

    def overdue(self) -> Sequence[InFlight]:
        """Select."""
        query = select(effects).where(effects.c.finished.is_(None), effects.c.overdue, _KNOWN)
        return [
            in_flight_of(row) for row in self._connection.execute(query.order_by(effects.c.seq))
        ]

    def mark_overdue(self, effect_id: str) -> None:
        """Update."""
        self._connection.execute(
            update(effects).where(effects.c.id == effect_id).values(overdue=True)
        )

    def _readable(self, rows: Sequence[Row[Any]], now: datetime) -> Iterator[Claim]:
        for row in rows:
            try:
                yield claim_of(row, self._secrets)
            except UNREADABLE as error:
                # One row that cannot be read must not hold up the others. It is given up
                # when its time is over, like whatever does not reach its cluster.
                self.postpone(
                    row.id,
                    row.fence + 1,
                    now + pause_after(row.crashes),
                    uncertain=row.uncertain,
                    error=f"cannot be read: {error!r}",
                    crashed=True,
                )

    def _fenced(self, effect_id: str, fence: int, **values: Any) -> bool:
        change: Update = update(effects).where(
            effects.c.id == effect_id, effects.c.fence == fence, effects.c.state == CLAIMED
        )
        return self._connection.execute(change.values(**values)).rowcount == 1

    def _fitting(self, found: Sequence[Row[Any]], per_cluster: int) -> Sequence[Row[Any]]:
        # Taken-over claims are in flight already; new ones fill what room is left.
        counted = self._connection.execute(IN_FLIGHT_BY_CLUSTER) if found else ()
        room = {cluster_id: per_cluster - count for cluster_id, count in counted}
        fitting = []
        for row in found:
            if row.state == QUEUED:
                left = room.get(row.cluster_id, per_cluster)
                if left <= 0:
                    continue
                room[row.cluster_id] = left - 1
            fitting.append(row)
        return fitting
