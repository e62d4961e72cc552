"""Failed logins in SQL: a few are mistakes, many are an attack."""

import math
from datetime import timedelta

from sqlalchemy import Engine, delete, select, update

from cyclades.adapters.sql.schema.identity import users
from cyclades.adapters.sql.schema.tokens import login_failures
from cyclades.adapters.sql.upserts import UPSERTS
from cyclades.ports.clock import Clock
from cyclades.ports.logins import LoginRecords


class SqlLoginRecords(LoginRecords):
    """A counter for each user and address, which ends with its window."""

    def __init__(self, engine: Engine, clock: Clock, failures: int, window: int) -> None:
        """`failures` are allowed in `window` seconds."""
        self._engine = engine
        self._clock = clock
        self._allowed = failures
        self._window = timedelta(seconds=window)

    def wait_for(self, who: str, address: str) -> int:
        """Select the counter."""
        now, table = self._clock.now(), login_failures.c
        query = select(table.ends).where(
            table.who == who,
            table.address == address,
            table.failures >= self._allowed,
            table.ends > now,
        )
        with self._engine.connect() as connection:
            ends = connection.execute(query).scalar_one_or_none()
        return max(1, math.ceil((ends - now).total_seconds())) if ends else 0

    def failed(self, who: str, address: str) -> None:
        """Forget windows that ended, then count."""
        now, table = self._clock.now(), login_failures.c
        with self._engine.begin() as connection:
            connection.execute(delete(login_failures).where(table.ends <= now))
            make = UPSERTS[connection.dialect.name](login_failures)
            values = {"who": who, "address": address, "failures": 1, "ends": now + self._window}
            connection.execute(
                make.values(values).on_conflict_do_update(
                    index_elements=["who", "address"], set_={"failures": table.failures + 1}
                )
            )

    def rehash(self, user_id: str, old_hash: str, new_hash: str) -> None:
        """Compare and set."""
        with self._engine.begin() as connection:
            connection.execute(
                update(users)
                .where(users.c.id == user_id, users.c.password_hash == old_hash)
                .values(password_hash=new_hash)
            )
