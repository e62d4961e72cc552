"""One network's metadata service: HTTP at 169.254.169.254, inside the network's namespace."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cyclades_node.dhcp import SERVER
from cyclades_node.metadata_answers import Answer

PORT = 80
PATIENCE = 10.0  # seconds for a request to come and its answer to go
MOST = 128  # connections at once, of one network: guests cannot use up the node
MOST_OF_ONE = 4  # of them of one guest: nor what is there for the others
NEW_NETWORK = 0x40000000  # CLONE_NEWNET

Find = Callable[[str, str], "Answer | HTTPStatus"]
"""From a guest's address and a path to what is there, or why nothing is."""


class MetadataServer(ThreadingHTTPServer):
    """Who asks is known by its address, which the node's filter lets no other guest use."""

    daemon_threads = True

    def __init__(self, namespace: Path, find: Find) -> None:
        """Listens when it returns, and answers until it is closed. Raises OSError."""
        super().__init__((SERVER, PORT), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = _listening_in(namespace)
        self.find = find
        self._guests: Counter[str] = Counter()  # how many connections each has
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own, or not at all."""
        guest = client_address[0]
        with self._lock:
            room = sum(self._guests.values()) < MOST and self._guests[guest] < MOST_OF_ONE
            self._guests[guest] += room
        if room:
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """There is room again afterwards."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._guests -= Counter([client_address[0]])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A guest that hangs up is no news."""

    def close(self) -> None:
        """No longer there."""
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """Reads only."""

    server: MetadataServer
    protocol_version = "HTTP/1.1"
    server_version = "Cyclades"
    sys_version = ""
    timeout = PATIENCE

    def do_GET(self) -> None:
        """The body."""
        found = self.server.find(str(self.client_address[0]), self.path)
        if isinstance(found, HTTPStatus):
            self._say(found, "text/plain", f"{found.value} {found.phrase}\n".encode())
        else:
            self._say(HTTPStatus.OK, found.kind, found.body)

    def do_HEAD(self) -> None:
        """The same, without it."""
        self.do_GET()

    def _say(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            self.send_header("Retry-After", "5")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """What guests ask for is theirs to know."""


def _listening_in(namespace: Path) -> socket.socket:
    """A socket stays in the namespace in which it was made."""
    made: list[socket.socket] = []
    errors: list[OSError] = []

    def make() -> None:
        try:
            _enter(namespace)
            made.append(socket.create_server((SERVER, PORT), backlog=MOST))
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=make)  # which namespace it is in ends with it
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return made[0]


def _enter(namespace: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.setns(handle, NEW_NETWORK):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(namespace))
    finally:
        os.close(handle)
