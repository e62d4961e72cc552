"""Idempotency records in SQL; bodies are sealed."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from cyclades.adapters.sql.schema.idempotency import idempotency
from cyclades.adapters.sql.upserts import UPSERTS
from cyclades.domain.model.idempotency import Recorded
from cyclades.ports.clock import Clock
from cyclades.ports.idempotency import IdempotencyRecords
from cyclades.ports.secrets import Secrets


class SqlIdempotency(IdempotencyRecords):
    """One row a key."""

    def __init__(self, connection: Connection, clock: Clock, secrets: Secrets) -> None:
        """Work in this connection's transaction."""
        self._connection = connection
        self._clock = clock
        self._secrets = secrets

    def claim(self, user_id: str, project_id: str, route: str, key: str) -> bool:
        """Insert a row that nobody else sees before it has its answer."""
        upsert = UPSERTS[self._connection.dialect.name]
        inserted = self._connection.execute(
            upsert(idempotency)
            .values(
                user_id=user_id,
                project_id=project_id,
                route=route[:255],
                key=key,
                fingerprint="",
                status=0,
                location="",
                body=b"",
                created=self._clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(idempotency.c.key)
        )
        return inserted.one_or_none() is not None

    def keep(self, user_id: str, project_id: str, route: str, key: str, answer: Recorded) -> None:
        """Seal and update."""
        self._connection.execute(
            update(idempotency)
            .where(*_row(user_id, project_id, route, key))
            .values(
                fingerprint=answer.fingerprint,
                status=answer.status,
                location=answer.location,
                body=self._secrets.seal(answer.body),
            )
        )

    def find(self, user_id: str, project_id: str, route: str, key: str) -> Recorded | None:
        """Select and unseal."""
        table = idempotency.c
        row = self._connection.execute(
            select(table.fingerprint, table.status, table.location, table.body).where(
                *_row(user_id, project_id, route, key)
            )
        ).one_or_none()
        if row is None:
            return None
        return Recorded(row.fingerprint, row.status, row.location, self._secrets.unseal(row.body))

    def forget(self, before: datetime) -> None:
        """Delete what is old."""
        self._connection.execute(delete(idempotency).where(idempotency.c.created < before))


def _row(user_id: str, project_id: str, route: str, key: str) -> list[ColumnElement[bool]]:
    table = idempotency.c
    return [
        table.user_id == user_id,
        table.project_id == project_id,
        table.route == route[:255],
        table.key == key,
    ]
