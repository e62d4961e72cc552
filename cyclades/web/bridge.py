"""A WSGI application in an ASGI server: threads work on requests, never wait for clients.

Bodies that fit in memory are read before a thread is taken, answers are sent after it was
given back. Only larger bodies are read by a thread as they come; those have threads of
their own, so that slow uploads hold up nothing but uploads. Source: PEP 3333, ASGI's HTTP.
"""

import asyncio
import io
import sys
from collections.abc import Iterable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import Receive, Scope, Send

from cyclades.web.validation import MAX_BODY

UPLOADS = 16  # threads
PIECE = 1 << 16  # bytes
SILENCE = 300.0  # seconds in which something of a body must come: it holds a thread
PLAIN = frozenset({"CONTENT_LENGTH", "CONTENT_TYPE"})
Environ = dict[str, Any]


class Gone(OSError):
    """The client went away before its body was complete."""


@dataclass(slots=True)
class Answer:
    """What the application said."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: Iterable[bytes] = ()

    def start(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        """WSGI's start_response."""
        self.status = int(status.split(" ", 1)[0])
        self.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        return None


class Bridge:
    """The ASGI application."""

    def __init__(self, wsgi: Any, threads: int, silence: float = SILENCE) -> None:
        """So many threads for requests, beside those for uploads."""
        self._silence = silence
        self._wsgi = wsgi
        self._requests = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._uploads = ThreadPoolExecutor(UPLOADS, thread_name_prefix="upload")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        loop = asyncio.get_running_loop()
        environ, incoming = environ_of(scope), Incoming(receive)
        try:
            fits = await incoming.fits(environ)
        except Gone:
            return
        upload = io.BufferedReader(Upload(incoming, loop, self._silence), PIECE)
        environ["wsgi.input"] = io.BytesIO(incoming.kept) if fits else upload
        pool = self._requests if fits else self._uploads
        answer = await loop.run_in_executor(pool, self._ask, environ)
        start = {"status": answer.status, "headers": answer.headers}
        await send({"type": "http.response.start", **start})
        if isinstance(answer.body, list | tuple):
            await send({"type": "http.response.body", "body": b"".join(answer.body)})
        else:
            await self._pass_on(answer.body, incoming, send)

    def close(self) -> None:
        """Finish what is being worked on."""
        for pool in (self._requests, self._uploads):
            pool.shutdown(cancel_futures=True)

    def _ask(self, environ: Environ) -> Answer:
        answer = Answer()
        answer.body = self._wsgi(environ, answer.start)
        return answer

    async def _pass_on(self, body: Iterable[bytes], incoming: "Incoming", send: Send) -> None:
        # A thread for each piece, none while the client takes its time.
        loop = asyncio.get_running_loop()
        leaving = asyncio.create_task(incoming.end())
        pieces = iter(body)
        try:
            while not leaving.done():
                piece = await loop.run_in_executor(self._requests, next, pieces, None)
                if piece is None:
                    break
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            leaving.cancel()
            if close := getattr(body, "close", None):
                await loop.run_in_executor(self._requests, close)


class Incoming:
    """A request's body as it comes."""

    def __init__(self, receive: Receive) -> None:
        """Nothing has come."""
        self.kept = b""
        self._receive = receive
        self.complete = False

    async def fits(self, environ: Environ) -> bool:
        """Keep the whole body, if it is not too large. Raises Gone.

        A chunked body that fits gets its length.
        """
        length = environ.get("CONTENT_LENGTH")
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        if length is None and not chunked:
            return True
        if length is not None and int(length) > MAX_BODY:
            return False
        pieces, size = [], 0
        while not self.complete and size <= MAX_BODY:
            pieces.append(await self.more())
            size += len(pieces[-1])
        self.kept = b"".join(pieces)
        if self.complete and chunked:
            environ["CONTENT_LENGTH"] = str(size)
            del environ["HTTP_TRANSFER_ENCODING"]
        return self.complete

    async def more(self) -> bytes:
        """What comes next; nothing at the end. Raises Gone when there will never be an end."""
        if self.complete:
            return b""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Gone("The client went away.")
        self.complete = not message.get("more_body", False)
        body: bytes = message.get("body", b"")
        return body

    async def end(self) -> None:
        """Wait for the client to go."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


class Upload(io.RawIOBase):
    """A body that a thread reads while it comes; OSError when it breaks, or comes no more."""

    def __init__(self, incoming: Incoming, loop: asyncio.AbstractEventLoop, silence: float) -> None:
        """What is kept comes first."""
        super().__init__()
        self._incoming = incoming
        self._loop = loop
        self._silence = silence
        self._rest = memoryview(b"")
        self._begun = False

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some bytes; 0 at the end."""
        if not self._begun:
            self._begun, self._rest = True, memoryview(self._incoming.kept)
        while not self._rest:
            piece = self._wait()
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

    def _wait(self) -> bytes | None:
        if self._incoming.complete:
            return None
        coming = self._incoming.more()
        try:
            waiting = asyncio.run_coroutine_threadsafe(coming, self._loop)
            return waiting.result(self._silence)
        except TimeoutError as error:
            waiting.cancel()
            raise Gone("The client was silent for too long.") from error
        except (CancelledError, RuntimeError) as error:
            coming.close()
            raise Gone("The server ends.") from error


def environ_of(scope: Scope) -> Environ:
    """WSGI's view of the request; the body is not in it."""
    host, port = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        # What ends without its end was broken off, and reading it says so.
        "wsgi.input_terminated": True,
    }
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:
            continue  # X_Auth_Token is not X-Auth-Token
        name, value = raw_name.decode("latin-1").upper(), raw_value.decode("latin-1")
        key = name.replace("-", "_")
        if key not in PLAIN:
            key = f"HTTP_{key}"
        known = environ.get(key)
        environ[key] = (
            value if known is None else f"{known}{'; ' if name == 'COOKIE' else ','}{value}"
        )
    if "HTTP_TRANSFER_ENCODING" in environ:
        environ.pop("CONTENT_LENGTH", None)
    return environ
