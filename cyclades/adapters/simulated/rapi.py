"""The simulated cluster answering RAPI over HTTPS, well or badly, for tests."""

import base64
import gzip
import json
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlsplit

from cyclades.adapters.simulated import rapi_routes
from cyclades.adapters.simulated.certificates import Certificate
from cyclades.adapters.simulated.rapi_routes import Asked, Fault, NoAnswer
from cyclades.adapters.simulated.store import WorldStore

HTML: Final = b"<html><h1>Bad gateway</h1>node1.internal</html>"
DRIP: Final = 0.02


@dataclass(slots=True)
class Journal:
    """What was asked: (method, path with query, whether credentials came along)."""

    requests: list[tuple[str, str, bool]] = field(default_factory=list)


class RapiServer(ThreadingHTTPServer):
    """Listens on a free loopback port from `start` to `stop`; use it with `with`.

    `play` makes the coming answers bad; `journal` tells what was asked.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, store: WorldStore, certificate: Certificate, username: str, password: str
    ) -> None:
        """Bind; nobody is answered before `start`."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.store = store
        self.journal = Journal()
        self.authorization = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
        self.stopping = Event()
        self.endpoint = f"https://127.0.0.1:{self.server_port}"
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile() as pem:
            Path(pem.name).write_bytes(certificate.certificate + certificate.key)
            self._tls.load_cert_chain(pem.name)
        self._tricks: list[str] = []
        self._only = ""
        self.played = 0  # how many answers were bad
        self._lock = Lock()
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; whoever still waits for an answer gets none."""
        self.stopping.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def play(self, trick: str, times: int = 1, only: str = "") -> None:
        """Answer the next requests that begin so ("PUT", "GET /2/info") with one of `TRICKS`."""
        with self._lock:
            self._tricks, self._only = [trick] * times, only

    def trick_for(self, request: str) -> str:
        """The trick for this request (method and path), or an empty text."""
        with self._lock:
            if not (self._tricks and request.startswith(self._only)):
                return ""
            self.played += 1
            return self._tricks.pop()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """TLS in the connection's own thread, so that nobody waits for a slow one."""
        request.settimeout(10)
        try:
            tls = self._tls.wrap_socket(request, server_side=True)
        except OSError:
            return
        with tls:
            super().finish_request(tls, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is none of our business."""


class Handler(BaseHTTPRequestHandler):
    """One request, one answer, and the connection ends."""

    server: RapiServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer, or play a trick."""
        self.close_connection = True
        url = urlsplit(self.path)
        authorization = self.headers.get("Authorization")
        self.server.journal.requests.append((self.command, self.path, authorization is not None))
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        trick = self.server.trick_for(f"{self.command} {self.path}")
        if trick == "swallow_request":
            return
        if authorization != self.server.authorization:
            text = "No permission -- see authorization schemes"
            self.say(401, {"code": 401, "message": "Unauthorized", "explain": text})
        elif trick in BEFORE:
            BEFORE[trick](self)
        else:
            self.obey(url.path, dict(parse_qsl(url.query)), content, trick)

    do_PUT = do_POST = do_DELETE = do_PATCH = do_GET  # noqa: N815 - http.server's names

    def obey(self, path: str, query: dict[str, str], content: bytes, trick: str) -> None:
        """Do what was asked, and answer unless the answer gets lost."""
        try:
            body = json.loads(content) if content else None
        except ValueError:
            text = rapi_routes.BAD
            self.say(400, {"code": 400, "message": "Unable to parse JSON data", "explain": text})
            return
        try:
            data = rapi_routes.answer(self.server.store, self.command, path, Asked((), query, body))
        except Fault as fault:
            self.say(fault.status, fault.body)
        except NoAnswer:
            return
        else:
            if trick != "swallow_answer":
                self.say(200, data)

    def say(self, status: int, data: Any) -> None:
        """Answer with JSON, as Ganeti does."""
        self.write(status, json.dumps(data).encode() + b"\n", "application/json")

    def write(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        """Answer with bytes."""
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Connection": "close", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silence; the journal tells."""

    def version_string(self) -> str:
        """Who answers."""
        return "Ganeti 3.0.2"

    def drip(self) -> None:
        """A byte now and then, without end."""
        self.write(200, b"[", "application/json", Content_Length="1000000")
        while not self.server.stopping.wait(DRIP):
            self.wfile.write(b" ")

    def drip_headers(self) -> None:
        """The same before the answer has even begun."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.stopping.wait(DRIP):
            self.wfile.write(b"x")

    def flood(self) -> None:
        """As many bytes as the other side takes."""
        self.write(200, b"[", "application/json", Content_Length=str(10**12))
        while not self.server.stopping.is_set():
            self.wfile.write(b" " * 65_536)

    def half_list(self) -> None:
        """Every other instance, as if that were all."""
        self.say(200, rapi_routes.list_instances(self.server.store, Asked(()))[::2])

    def silence(self) -> None:
        """No answer, and no end of the connection either."""
        self.server.stopping.wait(60)


def fixed(status: int, body: bytes, kind: str, **headers: str) -> Callable[[Handler], None]:
    """A trick that is one wrong answer."""
    return lambda handler: handler.write(status, body, kind, **headers)


JSON: Final = "application/json"
BEFORE: Final[dict[str, Callable[[Handler], None]]] = {
    "drip": Handler.drip,
    "drip_headers": Handler.drip_headers,
    "flood": Handler.flood,
    "silence": Handler.silence,
    "half_list": Handler.half_list,
    "empty_list": fixed(200, b"[]", JSON),
    "html": fixed(502, HTML, "text/html"),
    "html_200": fixed(200, HTML, "text/html"),
    "html_404": fixed(404, HTML, "text/html"),
    "error_500": fixed(500, b'{"code": 500, "message": "node1.internal", "explain": ""}', JSON),
    "error_503": fixed(503, HTML, "text/html"),
    "error_504": fixed(504, b"", "text/plain"),
    "truncated": fixed(200, b'{"name": "clus', JSON, Content_Length="500"),
    "half_json": fixed(200, b'{"name": "clus', JSON),
    "empty": fixed(200, b"", JSON),
    "null": fixed(200, b"null", JSON),
    "wrong_type": fixed(200, b'{"a": ["b", {"c": 1e999}]}', JSON),
    "deep": fixed(200, b"[" * 100_000, JSON),
    "gzip": fixed(200, gzip.compress(b" " * 10**7), JSON, Content_Encoding="gzip"),
    "redirect": fixed(302, b"", JSON, Location="https://127.0.0.1:1/2/info"),
    "unauthorized": fixed(401, b"", "text/plain"),
    "forbidden": fixed(403, b"", "text/plain"),
}
LAWFUL: Final = frozenset({"half_list", "empty_list", "unauthorized", "forbidden"})
TRICKS: Final = (*BEFORE, "swallow_request", "swallow_answer")
