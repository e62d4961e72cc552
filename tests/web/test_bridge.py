"""WSGI behind an ASGI server: bodies in every form, and clients that take their time."""

import asyncio
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from cyclades.web.bridge import UPLOADS, Bridge
from cyclades.web.validation import MAX_BODY
from tests.harness.processes import wait_until

LARGE = b"0123456789abcdef" * (MAX_BODY // 8)
Start = Callable[..., Any]


class Echo:
    """Tells what it was asked, and remembers what it met."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self.closed = 0
        self.given = 0
        self.go = threading.Event()

    def __call__(self, environ: dict[str, Any], start: Start) -> Any:
        return getattr(self, environ["PATH_INFO"].strip("/"))(environ, start)

    def read(self, environ: dict[str, Any], start: Start) -> Any:
        length = environ.get("CONTENT_LENGTH")
        source = environ["wsgi.input"]
        try:
            body = source.read(int(length)) if length else source.read()
        except OSError as error:
            self.broken.append(str(error))
            raise
        start("200 OK", [("X-Length", str(length)), ("X-Read", str(len(body)))])
        return [body[:10], body[-10:]]

    def refuse(self, _environ: dict[str, Any], start: Start) -> Any:
        start("413 Too Large", [("Content-Length", "3")])
        return [b"no\n"]

    def tell(self, environ: dict[str, Any], start: Start) -> Any:
        start("200 OK", [])
        names = sorted(name for name in environ if name.startswith("HTTP_X"))
        return [repr([(name, environ[name]) for name in names]).encode()]

    def wait(self, _environ: dict[str, Any], start: Start) -> Any:
        self.go.wait(10)
        start("204 No Content", [])
        return []

    def stream(self, _environ: dict[str, Any], start: Start) -> Any:
        start("200 OK", [("Content-Length", str(200 << 20))])
        return Pieces(self)


class Pieces:
    """200 MiB, in pieces."""

    def __init__(self, echo: Echo) -> None:
        self.echo = echo

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(200):
            self.echo.given += 1
            yield bytes(1 << 20)

    def close(self) -> None:
        self.echo.closed += 1


@contextmanager
def serving(echo: Echo, **more: float) -> Iterator[int]:
    bridge = Bridge(echo, 2, **more)
    config = uvicorn.Config(
        bridge, lifespan="off", log_config=None, log_level="critical", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    try:
        wait_until(lambda: server.started, "uvicorn")
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        bridge.close()
        listening.close()


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def port(echo: Echo) -> Iterator[int]:
    with serving(echo) as port:
        yield port


def ask(port: int, path: str, body: Any = None, **headers: str) -> tuple[Any, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    method = "GET" if body is None else "PUT"
    connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    return answer, said


@pytest.mark.parametrize("size", [0, 1, MAX_BODY, MAX_BODY + 200_000, len(LARGE)])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_arrives_whole(port: int, size: int, chunked: bool) -> None:
    body = LARGE[:size]
    pieces = (body[at : at + 70_000] for at in range(0, size, 70_000))
    answer, said = ask(port, "/read", pieces if chunked else body)
    assert (answer.status, answer.headers["X-Read"]) == (200, str(size))
    assert said == body[:10] + body[-10:]
    large = chunked and size > MAX_BODY
    # What was kept has a length, however it came.
    assert answer.headers["X-Length"] == ("None" if large else str(size))


def test_no_body_is_no_body(port: int) -> None:
    answer, said = ask(port, "/read")
    assert (answer.headers["X-Length"], said) == ("None", b"")


@pytest.mark.parametrize(
    "head", [b"Transfer-Encoding: chunked\r\n\r\n200000\r\n", b"Content-Length: 2097152\r\n\r\n"]
)
def test_a_body_that_breaks_off_is_not_complete(port: int, echo: Echo, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"PUT /read HTTP/1.1\r\nHost: x\r\n" + head + LARGE[: MAX_BODY + 9])
        time.sleep(0.1)
    wait_until(lambda: echo.broken == ["The client went away."], "the end")


def test_what_is_refused_need_not_be_sent(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        head = b"PUT /refuse HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        client.sendall(head + b"Content-Length: 99999999999\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 413")


def test_who_waits_to_be_asked_is_asked(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        head = b"PUT /read HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        client.sendall(head + b"Content-Length: %d\r\n\r\n" % len(LARGE))
        assert client.recv(4096).startswith(b"HTTP/1.1 100")
        client.sendall(LARGE)
        assert client.recv(4096).startswith(b"HTTP/1.1 200")


def test_headers_are_who_they_say_they_are(port: int) -> None:
    _answer, said = ask(port, "/tell", X_Auth_Token="real")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        lines = b"X-Auth-Token: real\r\nX_Auth_Token: false\r\nX-More: 1\r\nX-More: 2\r\n"
        client.sendall(b"GET /tell HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + lines + b"\r\n")
        raw = b"".join(iter(lambda: client.recv(4096), b""))
    assert said == b"[('HTTP_X_AUTH_TOKEN', 'real')]"
    assert b"[('HTTP_X_AUTH_TOKEN', 'real'), ('HTTP_X_MORE', '1,2')]" in raw


def test_slow_clients_take_no_thread_from_others(port: int, echo: Echo) -> None:
    """Two threads; half a small body, half a large one and a download nobody reads, of each ten."""
    beginnings = [
        b"PUT /read HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf",
        b"PUT /read HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\nhalf",
        b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n",
    ]
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(30)]
    try:
        for number, client in enumerate(slow):
            client.sendall(beginnings[number % 3])
        wait_until(lambda: echo.given >= 10, "downloads")
        for _ in range(5):
            answer, _said = ask(port, "/read", b"quick")
            assert answer.status == 200
    finally:
        for client in slow:
            client.close()
    wait_until(lambda: echo.closed == 10, "the end of the downloads")
    assert echo.given < 10 * 200


def test_uploads_that_stand_still_give_their_threads_back(echo: Echo) -> None:
    """As many as there are threads for uploads, and then one that comes."""
    head = b"PUT /read HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\nhalf"
    with serving(echo, silence=0.5) as port:
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(UPLOADS)]
        try:
            for client in silent:
                client.sendall(head)
            assert ask(port, "/read", LARGE)[0].headers["X-Read"] == str(len(LARGE))
        finally:
            for client in silent:
                client.close()
    assert echo.broken == ["The client was silent for too long."] * UPLOADS


def test_it_ends_although_an_upload_does_not(echo: Echo) -> None:
    with serving(echo) as port, socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"PUT /read HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\nhalf")
        time.sleep(0.2)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert len(echo.broken) == 1
