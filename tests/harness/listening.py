"""Reading server-sent events as a browser's EventSource does, and processes that send them."""

import http.client
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from cyclades.bootstrap import Application
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.settings import Settings
from tests.harness.processes import free_port, wait_until
from tests.harness.serving import PROGRAMS, Installation, installation


@dataclass(frozen=True, slots=True)
class Event:
    """`id` is the position."""

    name: str
    id: str
    data: Any


class Listener:
    """One stream; `last_id` is where it would resume."""

    def __init__(
        self, port: int, ticket: str, resume: str = "", *, header: bool = False, timeout: float = 20
    ) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        query = {"ticket": ticket} | ({"last_event_id": resume} if resume and not header else {})
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": resume} if header else {})
        self.connection.request("GET", f"/feed?{urlencode(query)}", headers=headers)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.last_id = resume
        self.comments: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.answer.close()
        self.connection.close()

    def next(self) -> Event | None:
        """The next event; None at the end of the stream."""
        fields = {"event": "message"}
        while line := self.answer.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "" and value:
                self.comments.append(value)
            elif name or value:
                fields[name] = value
            elif "data" in fields:
                self.last_id = fields.get("id", self.last_id)
                return Event(fields["event"], self.last_id, json.loads(fields["data"]))
            else:
                self.last_id = fields.get("id", self.last_id)
                fields = {"event": "message"}
        return None

    def hello(self) -> Event:
        """The first event."""
        first = self.next()
        assert first is not None
        assert first.name == "hello", first
        return first

    def ids(self, count: int) -> list[str]:
        """The objects that the next so many changes are about."""
        found = [self.next() for _ in range(count)]
        assert all(event is not None and event.name == "change" for event in found), found
        return [event.data["id"] for event in found if event is not None]


@dataclass(frozen=True, slots=True)
class Live:
    """A process that serves /feed, and an application on its database to write with."""

    app: Application
    port: int
    installed: Installation

    @property
    def pid(self) -> int:
        return self.installed.processes["live"].pid

    def ticket(self, caller: Caller) -> str:
        return self.app.atomically(lambda unit: unit.feed_admission.issue(caller))[0]

    def listen(self, caller: Caller, resume: str = "", **more: Any) -> Listener:
        return Listener(self.port, self.ticket(caller), resume, **more)

    def publish(self, *names: str, project: str | None = None, public: bool = False) -> None:
        """Events of this project's servers, in one transaction."""
        with self.app.transaction() as unit:
            for name in names:
                unit.feed.publish(Changed("server", name, 1, project, public=public))


@contextmanager
def live_process(database_url: str, home: Path, **settings: Any) -> Iterator[Live]:
    """uvicorn, as docs/operations.md says."""
    port = free_port()
    with installation(home, database_url=database_url, **settings) as made:
        made.start(
            "live", "env", f"CYCLADES_CONFIG={made.ini}", f"PATH={os.environ['PATH']}",
            PROGRAMS / "uvicorn", "--factory", "cyclades.commands.live:application",
            "--port", str(port), "--no-access-log", "--timeout-graceful-shutdown", "2",
        )  # fmt: skip

        def ready() -> bool:
            try:
                with Listener(port, "none") as listener:
                    return listener.status == 401
            except ConnectionError:
                return False

        app = Application(Settings(database_url=database_url, secret_key_file=home / "secret.key"))
        try:
            wait_until(ready, "uvicorn", seconds=60)
            yield Live(app, port, made)
        finally:
            app.close()
