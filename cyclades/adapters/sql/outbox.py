"""The outbox in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Update, and_, func, insert, or_, select, update

from cyclades.adapters.sql.commands import command_from, guest_from
from cyclades.adapters.sql.schema.effects import effects
from cyclades.domain.model.effects import Effect, Operation
from cyclades.domain.model.reports import JobRank
from cyclades.ports.outbox import Claim, InFlight, Outbox
from cyclades.ports.secrets import Secrets

QUEUED, CLAIMED, SUBMITTED, CANCELLED = "queued", "claimed", "submitted", "cancelled"


class SqlOutbox(Outbox):
    """One row an effect; finished rows stay as a record, without secrets."""

    def __init__(self, connection: Connection, secrets: Secrets) -> None:
        """Work in this connection's transaction."""
        self._connection = connection
        self._secrets = secrets

    def put(self, effect: Effect, now: datetime) -> None:
        """Insert."""
        guest = orjson.dumps(asdict(effect.guest))
        self._connection.execute(
            insert(effects).values(
                id=effect.id,
                cluster_id=effect.cluster_id,
                server_id=effect.server_id,
                generation=effect.generation,
                request_id=effect.request_id,
                operation=effect.operation,
                purpose=effect.purpose,
                command=orjson.dumps(asdict(effect.command)).decode(),
                guest=self._secrets.seal(guest) if effect.operation is Operation.CREATE else None,
                state=QUEUED,
                uncertain=False,
                due=now,
                created=now,
            )
        )

    def claim(
        self, now: datetime, lease_until: datetime, limit: int, per_cluster: int
    ) -> Sequence[Claim]:
        """Select what is due, each server's oldest, skipping what others claim; take it."""
        found = self._connection.execute(_claimable(now, limit, per_cluster)).all()
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
        return [self._claim(row) for row in rows]

    def submitted(self, effect_id: str, fence: int, job_id: int) -> bool:
        """Update under the fence; an update path that was faster has done it already."""
        return self._fenced(
            effect_id, fence, state=SUBMITTED, job_id=job_id, guest=None, lease_until=None
        )

    def postpone(
        self, effect_id: str, fence: int, due: datetime, *, uncertain: bool, error: str
    ) -> bool:
        """Update under the fence."""
        return self._fenced(
            effect_id,
            fence,
            state=QUEUED,
            due=due,
            uncertain=uncertain,
            error=error,
            lease_until=None,
        )

    def cancel_unsent(self, server_id: str, now: datetime) -> Mapping[str, Operation]:
        """Update what waits and surely was never sent."""
        unsent = and_(
            effects.c.server_id == server_id,
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
        row = self._connection.execute(
            select(effects)
            .where(effects.c.id == effect_id, effects.c.finished.is_(None))
            .with_for_update()
        ).one_or_none()
        return _in_flight(row) if row else None

    def advance(self, effect_id: str, job_id: int, rank: JobRank) -> None:
        """Update; a job that was seen was submitted, whoever was to say so."""
        self._connection.execute(
            update(effects)
            .where(effects.c.id == effect_id)
            .values(job_id=job_id, job_rank=int(rank), state=SUBMITTED, guest=None)
        )

    def finish(self, effect_id: str, state: str, error: str | None, now: datetime) -> None:
        """Update."""
        self._connection.execute(
            update(effects)
            .where(effects.c.id == effect_id)
            .values(state=state, error=error, finished=now, guest=None, lease_until=None)
        )

    def in_flight(self, cluster_id: str) -> Sequence[InFlight]:
        """Select what is not finished."""
        query = (
            select(effects)
            .where(effects.c.cluster_id == cluster_id, effects.c.finished.is_(None))
            .order_by(effects.c.seq)
        )
        return [_in_flight(row) for row in self._connection.execute(query)]

    def _fenced(self, effect_id: str, fence: int, **values: Any) -> bool:
        change: Update = update(effects).where(
            effects.c.id == effect_id, effects.c.fence == fence, effects.c.state == CLAIMED
        )
        return self._connection.execute(change.values(**values)).rowcount == 1

    def _fitting(self, found: Sequence[Row[Any]], per_cluster: int) -> Sequence[Row[Any]]:
        # Taken-over claims are in flight already; new ones fill what room is left.
        counted = self._connection.execute(_in_flight_by_cluster()) if found else ()
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

    def _claim(self, row: Row[Any]) -> Claim:
        guest = guest_from(self._secrets.unseal(bytes(row.guest)) if row.guest else None)
        effect = Effect(
            row.id,
            row.cluster_id,
            row.server_id,
            row.generation,
            row.request_id,
            command_from(row.operation, row.command),
            guest,
            row.purpose,
        )
        return Claim(effect, row.fence + 1, row.attempts + 1, row.uncertain, row.created)


def _claimable(now: datetime, limit: int, per_cluster: int) -> Any:
    older = effects.alias("older")
    due = or_(
        and_(effects.c.state == QUEUED, effects.c.due <= now),
        and_(effects.c.state == CLAIMED, effects.c.lease_until < now),
    )
    is_first = (
        ~select(older.c.seq)
        .where(
            older.c.server_id == effects.c.server_id,
            older.c.finished.is_(None),
            older.c.seq < effects.c.seq,
        )
        .exists()
    )
    busy = _in_flight_by_cluster().having(func.count() >= per_cluster).subquery()
    full = select(busy.c.cluster_id)
    return (
        select(effects)
        .where(effects.c.finished.is_(None), due, is_first)
        .where(or_(effects.c.state == CLAIMED, effects.c.cluster_id.not_in(full)))
        .order_by(effects.c.seq)
        .limit(limit)
        .with_for_update(skip_locked=True, of=effects)
    )


def _in_flight_by_cluster() -> Any:
    busy = effects.alias("busy")
    return (
        select(busy.c.cluster_id, func.count())
        .where(busy.c.finished.is_(None), busy.c.state.in_([CLAIMED, SUBMITTED]))
        .group_by(busy.c.cluster_id)
    )


def _in_flight(row: Row[Any]) -> InFlight:
    return InFlight(
        row.id,
        row.cluster_id,
        row.server_id,
        Operation(row.operation),
        orjson.loads(row.command)["instance"],
        row.generation,
        row.request_id,
        row.purpose,
        row.state,
        row.job_id,
        row.job_rank,
        row.fence,
    )
