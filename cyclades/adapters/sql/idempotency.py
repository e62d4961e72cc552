"""Idempotency records in SQL; bodies are sealed."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.schema.idempotency import idempotency
from cyclades.domain.model.errors import StaleVersion
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

    def find(self, user_id: str, project_id: str, route: str, key: str) -> Recorded | None:
        """Select and unseal."""
        table = idempotency.c
        row = self._connection.execute(
            select(table.fingerprint, table.status, table.location, table.body).where(
                table.user_id == user_id,
                table.project_id == project_id,
                table.route == route[:255],
                table.key == key,
            )
        ).one_or_none()
        if row is None:
            return None
        return Recorded(row.fingerprint, row.status, row.location, self._secrets.unseal(row.body))

    def forget(self, before: datetime) -> None:
        """Delete what is old."""
        self._connection.execute(delete(idempotency).where(idempotency.c.created < before))

    def add(self, user_id: str, project_id: str, route: str, key: str, answer: Recorded) -> None:
        """Seal and insert; a twin that was faster makes this transaction start over."""
        try:
            self._connection.execute(
                insert(idempotency).values(
                    user_id=user_id,
                    project_id=project_id,
                    route=route[:255],
                    key=key,
                    fingerprint=answer.fingerprint,
                    status=answer.status,
                    location=answer.location,
                    body=self._secrets.seal(answer.body),
                    created=self._clock.now(),
                )
            )
        except IntegrityError as error:
            raise StaleVersion(
                "Another request with this Idempotency-Key is in progress."
            ) from error
