"""Engines: how PostgreSQL and SQLite are opened so that both behave alike."""

import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DisconnectionError

from cyclades.domain.model.errors import Collision

IDLE = 5.0  # seconds after which a connection is asked whether it is still there
# PostgreSQL's serialization_failure, deadlock_detected, lock_not_available.
COLLISIONS = frozenset({"40001", "40P01", "55P03"})
# Who does not answer at all is given up, at first and later; both in libpq's own words.
GIVE_UP = {"connect_timeout": 5, "tcp_user_timeout": 20_000}
IN_UTC = "-c timezone=UTC"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long PostgreSQL lets us wait, or waits for us, in seconds.

    `idle` ends the transaction of a process that was stopped: it is longer than `lock`, so
    that whoever waits for that one's rows gets them with its second try.
    """

    lock: float = 10
    statement: float = 60
    idle: float = 15

    def options(self) -> str:
        """As the server is told."""
        limits = {
            "lock_timeout": self.lock,
            "statement_timeout": self.statement,
            "idle_in_transaction_session_timeout": self.idle,
        }
        return " ".join(f"-c {name}={seconds * 1000:.0f}" for name, seconds in limits.items())


USUAL = Patience()


def make_engine(url: str, patience: Patience = USUAL) -> Engine:
    """An engine whose transactions write; see `reading` for the other kind.

    Whoever loses a race gets Collision, whatever the database calls it.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 30}, pool_size=20, max_overflow=40)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url,
        pool_size=10,
        max_overflow=20,
        pool_timeout=5,
        json_deserializer=orjson.loads,
        connect_args=GIVE_UP | {"options": f"{IN_UTC} {patience.options()}"},
    )
    event.listen(engine, "handle_error", _name_collision, retval=True)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", partial(_ping_idle, engine))
    return engine


def reading(engine: Engine) -> Engine:
    """The same pool without transactions: each statement sees what is committed."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _name_collision(context: ExceptionContext) -> Collision | None:
    if getattr(context.original_exception, "sqlstate", None) not in COLLISIONS:
        return None
    return Collision("Too many changes at the same time. Please try again.")


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _ping_idle(engine: Engine, connection: Any, record: Any, _proxy: object) -> None:
    # A connection that was used a moment ago is alive: to ask it each time would double the
    # round trips of most reads. After a disconnection the pool tries another.
    if time.monotonic() - record.info.get("used", time.monotonic()) < IDLE:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError(str(error)) from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own implicit BEGIN is late and deferred: readers that become writers
    # would then fail at once instead of waiting.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
