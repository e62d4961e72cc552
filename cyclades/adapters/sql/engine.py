"""Engines: how PostgreSQL and SQLite are opened so that both behave alike."""

import time
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

POSTGRES_OPTIONS = (
    "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"
)
IDLE = 5.0  # seconds after which a connection is asked whether it is still there


def make_engine(url: str) -> Engine:
    """An engine whose transactions write; see `reading` for the other kind."""
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
        connect_args={"options": POSTGRES_OPTIONS},
    )
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", partial(_ping_idle, engine))
    return engine


def reading(engine: Engine) -> Engine:
    """The same pool without transactions: each statement sees what is committed."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


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
