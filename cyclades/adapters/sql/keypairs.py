"""Keypairs in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.schema.keypairs import keypairs
from cyclades.domain.model.errors import AlreadyExists, NotFound
from cyclades.domain.model.keypair import Keypair
from cyclades.ports.keypairs import KeypairRepository

COLUMNS = (
    keypairs.c.id,
    keypairs.c.user_id,
    keypairs.c.name,
    keypairs.c.type,
    keypairs.c.public_key,
    keypairs.c.fingerprint,
    keypairs.c.created,
)


class SqlKeypairs(KeypairRepository):
    """One row a keypair."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, keypair: Keypair) -> None:
        """Insert; the unique constraint decides between twins."""
        values = {name: getattr(keypair, name) for name in Keypair.__dataclass_fields__}
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(keypairs).values(values))
        except IntegrityError as error:
            raise AlreadyExists(f"Key pair '{keypair.name}' already exists.") from error

    def get(self, user_id: str, name: str) -> Keypair:
        """Select one."""
        row = self._connection.execute(
            select(*COLUMNS).where(keypairs.c.user_id == user_id, keypairs.c.name == name)
        ).one_or_none()
        if row is None:
            raise NotFound("keypair", name)
        return _keypair(row)

    def list(self, user_id: str, limit: int, marker: str | None = None) -> Sequence[Keypair]:
        """Select a page by name."""
        query = select(*COLUMNS).where(keypairs.c.user_id == user_id).order_by(keypairs.c.name)
        if marker is not None:
            query = query.where(keypairs.c.name > self.get(user_id, marker).name)
        return [_keypair(row) for row in self._connection.execute(query.limit(limit))]

    def count(self, user_id: str) -> int:
        """Count."""
        query = select(func.count()).where(keypairs.c.user_id == user_id)
        return self._connection.execute(query).scalar_one()

    def remove(self, user_id: str, name: str) -> None:
        """Delete."""
        done = self._connection.execute(
            delete(keypairs).where(keypairs.c.user_id == user_id, keypairs.c.name == name)
        )
        if not done.rowcount:
            raise NotFound("keypair", name)


def _keypair(row: Row[*tuple[Any, ...]]) -> Keypair:
    return Keypair(*row)  # COLUMNS has the fields' order
