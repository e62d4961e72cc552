"""PostgreSQL's clock: one for all hosts, so that leases end for everybody at once."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

from cyclades.ports.clock import Clock

Moment = tuple[datetime, float]  # the database's time, and ours
FRESH = 30.0  # seconds for which this process counts on by itself


class DatabaseClock(Clock):
    """The database's time when it was last looked at, and what has passed here since.

    Whoever takes a connection looks, when it is time to: no statement is sent for the time
    alone, and this host's own wall clock is never asked.
    """

    def __init__(self, engine: Engine) -> None:
        """Look at connections of this engine, new ones first."""
        self._engine = engine
        self._seen: Moment | None = None
        event.listen(engine, "connect", self._look_at_new)
        event.listen(engine, "checkout", self._look_again)

    def now(self) -> datetime:
        """The database's time; asks for it only when nobody ever has."""
        then, started = self._seen or self._first_look()
        return then + timedelta(seconds=time.monotonic() - started)

    def monotonic(self) -> float:
        """Seconds since some moment, of this host."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def _first_look(self) -> Moment:
        connection = self._engine.raw_connection()
        try:
            return self._look(connection.driver_connection, None)
        finally:
            connection.close()

    def _look_at_new(self, connection: Any, record: object) -> None:
        try:
            self._look(connection, record)
        except self._engine.dialect.loaded_dbapi.Error:
            connection.close()  # the pool does not have it yet
            raise

    def _look_again(self, connection: Any, record: Any, _proxy: object) -> None:
        if self._seen is not None and time.monotonic() - self._seen[1] < FRESH:
            return
        try:
            self._look(connection, record)
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError(str(error)) from error

    def _look(self, connection: Any, _record: object) -> Moment:
        before, connection.autocommit = connection.autocommit, True
        try:
            asked = time.monotonic()
            (now,) = connection.execute("SELECT clock_timestamp()").fetchone()
            answered = time.monotonic()
        finally:
            connection.autocommit = before
        # The database looked at its clock somewhere between question and answer.
        self._seen = moment = now.astimezone(UTC), (asked + answered) / 2
        return moment
