"""What each transaction wrote, to see whether it told of it."""

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
# What is nobody's object: bookkeeping, and what only ever changes together with one.
OF_NO_ONE = {
    *("effects", "instance_actions", "idempotency", "feed_tickets", "feed_horizon", "clusters"),
    *("quotas", "addresses"),
}


@dataclass(slots=True)
class Ledger:
    """What each committed transaction wrote."""

    open: dict[Any, set[str]] = field(default_factory=dict)
    committed: list[set[str]] = field(default_factory=list)

    def watch(self, engine: Engine) -> None:
        event.listen(engine, "before_cursor_execute", self.note)
        event.listen(engine, "commit", self.commit)
        event.listen(engine, "rollback", self.drop)

    def note(self, connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        if match := WRITES.match(statement):
            self.open.setdefault(connection.connection.dbapi_connection, set()).add(match[1])

    def commit(self, connection: Connection) -> None:
        if tables := self.open.pop(connection.connection.dbapi_connection, None):
            self.committed.append(tables)

    def drop(self, connection: Connection) -> None:
        self.open.pop(connection.connection.dbapi_connection, None)

    def require_told(self, about: tuple[str, str]) -> None:
        for tables in self.committed:
            assert "feed" in tables or tables <= OF_NO_ONE, (about, tables)
        assert any("feed" in tables for tables in self.committed), about
