"""The node API, as a node sees it; its documents are whatever the test says."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from tests.nodes.packets.netns import Space


@dataclass(slots=True)
class FakeApi:
    """It listens within the node's namespace; `documents` are by port.

    `told` is what it says of guests, by network and address.
    """

    space: Space
    key: str
    documents: dict[str, Any] = field(default_factory=dict)
    told: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    asked: int = 0
    port: int = 8080
    _server: HTTPServer | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.open()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def say(self, *documents: dict[str, Any]) -> None:
        self.documents |= {one["port"]: one for one in documents}

    def open(self) -> None:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                api.asked += 1
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                right = self.headers["Authorization"] == f"Bearer {api.key}"
                status, said = api.say_to(self.path, body) if right else (401, {})
                answer = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Nobody reads it."""

        self._server = self.space.inside(lambda: HTTPServer(("127.0.0.1", self.port), Handler))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def say_to(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == "/node/v1/ports":
            return 200, self.answer(body)
        told = self.told.get((body["network"], body["ip"]))
        return (200, told) if told else (404, {})

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        changed = {
            port: self.documents.get(port)
            for port, digest in body["ports"].items()
            if not digest or self.documents.get(port, {}).get("digest") != digest
        }
        return {"cursor": str(self.asked), "ports": changed}

    def close(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
