"""A node API of our own that answers one ticket, and may break in the ways that networks do."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TICKET = "ticket-of-the-build-0123456789"
KEY = "key-of-the-node"


@dataclass(slots=True)
class FakeDesk:
    """`break_after`: bytes of an answer after which the connection ends, one for each answer."""

    orders: dict[str, Any] = field(default_factory=dict)
    image: bytes = b""
    break_after: list[int] = field(default_factory=list)
    status: int = 0
    url: str = ""
    asked: list[str] = field(default_factory=list)
    saved: bytes = b""
    saved_as: dict[str, list[str]] = field(default_factory=dict)

    def offer(self, image: bytes, disk_format: str = "raw", **more: Any) -> None:
        """Have this image, described as it is."""
        self.image = image
        self.orders["image"] = {
            "id": "image-1",
            "disk_format": disk_format,
            "size": len(image),
            "sha512": hashlib.sha512(image).hexdigest(),
            "virtual_size": len(image),
            **more,
        }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    desk: FakeDesk

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""

    def do_GET(self) -> None:
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        self.desk.asked.append(f"{self.path} {start}")
        if not self._known():
            return
        body = self.desk.image[start:]
        if self.path == "/node/v1/build":
            body = json.dumps(self.desk.orders).encode()
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.path.endswith("/image") and self.desk.break_after:
            self.wfile.write(body[: self.desk.break_after.pop(0)])
            self.close_connection = True
            return
        self.wfile.write(body)

    def do_PUT(self) -> None:
        if self._known():
            self.desk.saved = self.rfile.read(int(self.headers["Content-Length"]))
            self.desk.saved_as = parse_qs(urlsplit(self.path).query)
            self._empty(204)

    def _known(self) -> bool:
        said = (self.headers["Authorization"], self.headers["X-Cyclades-Ticket"])
        if self.desk.status or said != (f"Bearer {KEY}", TICKET):
            self._empty(self.desk.status or 404)
            return False
        return True

    def _empty(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def serving(desk: FakeDesk) -> Iterator[FakeDesk]:
    """It answers at `desk.url` meanwhile."""
    handler = type("OneDesk", (Handler,), {"desk": desk})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        desk.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield desk
        finally:
            server.shutdown()
            thread.join()
