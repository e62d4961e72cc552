"""Who asks for much and takes nothing of it is cut off, too."""

import asyncio
import socket
import threading
from collections.abc import Callable

import pytest
import uvicorn

from cyclades.bootstrap import Application
from cyclades.domain.model.events import Changed
from cyclades.web.feed import streams
from cyclades.web.live import Live
from tests.harness.api import CALLERS
from tests.harness.processes import wait_until

EVENTS = 30_000


def test_a_replay_that_nobody_takes(
    application_maker: Callable[..., Application],
    sqlite_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "STALLED", 0.5)
    app = application_maker(sqlite_database_url)
    with app.transaction() as unit:
        for number in range(EVENTS):
            unit.feed.publish(Changed("server", f"{number}-{'x' * 200}", 1, None))
        ticket, _ = unit.feed_admission.issue(CALLERS["admin"])
    live = Live(app)
    server = uvicorn.Server(
        uvicorn.Config(live, lifespan="off", log_config=None, log_level="critical")
    )
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as client:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
        thread.start()
        try:
            wait_until(lambda: server.started, "uvicorn")
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(listening.getsockname())
            head = f"GET /feed?ticket={ticket}&last_event_id=0-0 HTTP/1.1\r\nHost: x\r\n\r\n"
            client.sendall(head.encode())
            wait_until(lambda: bool(live.feed.open), "the stream")
            wait_until(lambda: not live.feed.open, "its end")
            # What the system had taken still comes, and then the end of the connection.
            client.settimeout(20)
            assert len(b"".join(iter(lambda: client.recv(1 << 20), b""))) < EVENTS * 200
        finally:
            server.should_exit = True
            thread.join(10)
