"""A private PostgreSQL: its own data, its own port, gone at the end."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

from tests.harness.processes import dying_with_us, free_port, program, stop, wait_until

# PostgreSQL refuses to run as root: Debian's package made this user for it.
USER = "postgres" if os.geteuid() == 0 else None
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",  # the data need not outlive the tests
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",  # statement plans stay the same from run to run
    "log_min_messages": "fatal",
}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server, and databases made in it on demand."""

    port: int
    numbers: Iterator[int]

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template1") -> str:
        """A new database, a copy of `template`; returns its name."""
        name = f"test_{next(self.numbers)}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, cutting off whoever still uses it."""
        self.administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def administer(self, statement: str) -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def answers(self) -> bool:
        try:
            self.administer("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Run a server for as long as the block lasts."""
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    folders = newest[::-1]
    # Not below pytest's folder: that one is closed to other users.
    home = Path(tempfile.mkdtemp(prefix="cyclades-postgres-"))
    process = None
    try:
        if USER:
            shutil.chown(home, USER, USER)
        data = home / "data"
        initdb: list[str | Path] = [
            program("initdb", *folders),
            "--pgdata",
            data,
            "--username=postgres",
        ]
        # Its own files and users need no password; nobody else reaches the port for long.
        initdb += ["--auth=trust", "--no-sync", "--no-locale", "--encoding=UTF8"]
        subprocess.run(dying_with_us(*initdb, user=USER), check=True, capture_output=True, cwd=home)
        server = PostgresServer(free_port(), count(1))
        arguments: list[str | Path] = [
            program("postgres", *folders),
            "-D",
            data,
            "-p",
            str(server.port),
            "-k",
            home,
        ]
        for name, value in SETTINGS.items():
            arguments += ["-c", f"{name}={value}"]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                dying_with_us(*arguments, user=USER, signal="INT"), cwd=home, stdout=log, stderr=log
            )
        wait_until(server.answers, "PostgreSQL")
        yield server
    finally:
        if process:
            stop(process, signal.SIGINT)
        shutil.rmtree(home, ignore_errors=True)
