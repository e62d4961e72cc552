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


@dataclass(slots=True)
class PostgresServer:
    """A running server, and databases made in it on demand."""

    port: int
    numbers: Iterator[int]
    home: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Run, and wait until it answers."""
        arguments: list[str | Path] = [program("postgres", *folders()), "-D", self.home / "data"]
        arguments += ["-p", str(self.port), "-k", self.home]
        for name, value in SETTINGS.items():
            arguments += ["-c", f"{name}={value}"]
        command = dying_with_us(*arguments, user=USER, signal="INT")
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.home, stdout=log, stderr=log)
        wait_until(self.answers, "PostgreSQL")

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT cuts off whoever is connected, SIGQUIT leaves the mess for the next start."""
        if self.process:
            stop(self.process, how)

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


def folders() -> list[Path]:
    """Where Debian has its programs, the newest first."""
    found = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(found, key=lambda path: float(path.parent.name), reverse=True)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Run a server for as long as the block lasts."""
    # Not below pytest's folder: that one is closed to other users.
    home = Path(tempfile.mkdtemp(prefix="cyclades-postgres-"))
    server = PostgresServer(free_port(), count(1), home)
    try:
        if USER:
            shutil.chown(home, USER, USER)
        data = ("--pgdata", home / "data")
        # Its own files and users need no password; nobody else reaches the port for long.
        initdb: list[str | Path] = [
            program("initdb", *folders()),
            *data,
            "--username=postgres",
            "--auth=trust",
        ]
        initdb += ["--no-sync", "--no-locale", "--encoding=UTF8"]
        subprocess.run(dying_with_us(*initdb, user=USER), check=True, capture_output=True, cwd=home)
        server.start()
        yield server
    finally:
        server.end()
        shutil.rmtree(home, ignore_errors=True)
