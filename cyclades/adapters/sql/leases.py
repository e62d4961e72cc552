"""Leases in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select

from cyclades.adapters.sql.moments import ended, moments
from cyclades.adapters.sql.schema.leases import leases
from cyclades.adapters.sql.upserts import UPSERTS
from cyclades.ports.leases import Leases


class SqlLeases(Leases):
    """One row a lease."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Insert, or update what is over or ours."""
        insert = UPSERTS[self._connection.dialect.name](leases)
        taken = insert.values(name=name, holder=holder, until=until).on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"holder": insert.excluded.holder, "until": insert.excluded.until},
            where=or_(leases.c.holder == holder, ended(leases.c.until)),
        )
        done = self._connection.execute(taken.returning(leases.c.name), moments(now, until))
        return done.first() is not None

    def held(self, names: Sequence[str], now: datetime) -> set[str]:
        """Select what is not over."""
        query = select(leases.c.name).where(leases.c.name.in_(names), ~ended(leases.c.until))
        return set(self._connection.execute(query, moments(now, now)).scalars())

    def give_up(self, name: str, holder: str) -> None:
        """Delete."""
        self._connection.execute(
            delete(leases).where(leases.c.name == name, leases.c.holder == holder)
        )
