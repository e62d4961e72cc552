"""Every declared operation, and a world in which bad input must change nothing."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from cyclades.adapters.sql.schema.base import metadata
from cyclades.bootstrap import Application
from cyclades.commands.first_run import first_run
from cyclades.settings import Settings
from cyclades.web.api import resources
from cyclades.web.resource import Operation
from cyclades.web.versioned import Versioned
from tests.harness.api import Client, KnownCallers, client_of

PARAMETER = re.compile(r"\{(\w+)(?::([^}]*))?\}")
NEWEST = {"compute": (2, 96), "volume": (3, 71)}
MISSING = "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000"


@dataclass(frozen=True, slots=True)
class Declared:
    """One method of one path."""

    path: str
    operation: Operation

    def __str__(self) -> str:
        return f"{self.operation.method} {self.path}"

    @property
    def schema(self) -> Any:
        """The body's, at the newest microversion."""
        body = self.operation.body
        return body.newest if isinstance(body, Versioned) else body

    @property
    def free(self) -> list[str]:
        """The parameters that may be anything."""
        return [name for name, choice in PARAMETER.findall(self.path) if "|" not in choice]

    @property
    def plain(self) -> str:
        """The path as documents have it: parameters without their patterns."""
        return PARAMETER.sub(r"{\1}", self.path)

    def url(self, value: str = MISSING, **known: str) -> str:
        """The path with one value (already quoted) for every free parameter."""

        def fill(match: re.Match[str]) -> str:
            name, choice = match.groups()
            return choice.split("|")[0] if choice else known.get(name, value)

        return PARAMETER.sub(fill, self.path)

    def version(self) -> str | None:
        """A microversion that has it."""
        newest = NEWEST.get(self.path.split("/")[1])
        if newest is None or self.path.count("/") < 3:
            return None
        major, minor = self.operation.until or newest
        return f"{major}.{minor}"


def declared(wanted: Callable[[Declared], bool]) -> list[Declared]:
    """The operations that fit."""
    every = (
        Declared(resource.path, operation)
        for resource in resources()
        for operation in resource.operations.values()
    )
    return [item for item in every if wanted(item)]


@dataclass(slots=True)
class World:
    """An application, who asks it, and all that it had stored in the beginning."""

    application: Application
    api: Client
    witness: Connection  # it changes nothing: see `version`
    before: dict[str, list[str]] = field(init=False)
    seen: int | None = field(init=False)

    def __post_init__(self) -> None:
        self.seen, self.before = self.version(), self.stored()

    def version(self) -> int | None:
        """Another one whenever anybody has committed a change; None where nobody counts."""
        if self.application.engine.dialect.name != "sqlite":
            return None
        found: int = self.witness.exec_driver_sql("PRAGMA data_version").scalar_one()
        return found

    def stored(self) -> dict[str, list[str]]:
        """All rows of all tables."""
        with self.application.engine.connect() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(select(table))))
                for table in metadata.sorted_tables
            }

    def changes(self) -> list[str]:
        """The rows that came or went since this was asked last."""
        version = self.version()
        if version is not None and version == self.seen:
            return []
        self.seen, now = version, self.stored()
        found = [
            f"{table}: {row}"
            for table, rows in now.items()
            for row in set(rows) ^ set(self.before[table])
        ]
        self.before = now
        return found

    def ask(self, item: Declared, url: str, body: Any = None, **more: Any) -> Any:
        """Call an operation; whatever comes is returned."""
        more.setdefault("token", "admin")
        return self.api.call(item.operation.method, url, body, version=item.version(), **more)


@contextmanager
def world(url: str, folder: Path) -> Iterator[World]:
    """What a first run makes; the callers are those of the harness."""
    application = Application(
        Settings(
            database_url=url,
            secret_key_file=folder / "secret.key",
            var_dir=folder,
            image_dir=folder / "images",
            simulated_cluster=True,
        )
    )
    try:
        first_run(application, "http://localhost", lambda _said: None)
        application.identity = KnownCallers()
        api = client_of(application)
        for token in ("member", "admin", "other"):  # each project gets its default group
            api.call("GET", "/network/v2.0/security-groups", token=token, status=200)
        with application.reading_engine.connect() as witness:
            yield World(application, api, witness)
    finally:
        application.close()
