"""A small proxy that breaks connections on demand: TCP as it is, or RAPI's requests inside TLS.

Give it the server's certificate and it reads whole requests, so that faults can be told by
method and know where a request ends. Its faults are named in `FAULTS`; `break_with` switches
them while everything runs, `heal` ends them. `injected` counts.
"""

import re
import socket
import ssl
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final, Self

from cyclades.adapters.simulated.certificates import Certificate

CHUNK: Final = 65_536
HOUR: Final = 3600.0
SUBMISSIONS: Final = r"(POST|PUT|DELETE) /2/instances"


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong: how many times, with which requests (a pattern), after how many bytes."""

    name: str = ""
    times: int = 1_000_000
    only: str = ""
    after: int = 0
    pause: float = 1.0


@dataclass(slots=True)
class Line:
    """One connection through the proxy, and the request that it began with."""

    proxy: "Proxy"
    client: socket.socket
    fault: Fault
    request: bytes = b""

    def server(self) -> socket.socket:
        """A connection to the real server, which has been sent the request."""
        server = socket.create_connection(self.proxy.target, timeout=10)
        if self.proxy.trusting:
            server = self.proxy.trusting.wrap_socket(server)
        server.settimeout(HOUR)
        server.sendall(self.request)
        return server

    def answer(self) -> bytes:
        """All that the server says until it hangs up."""
        with self.server() as server:
            parts = iter(lambda: server.recv(CHUNK), b"")
            return b"".join(parts)


def swallow_request(_line: Line) -> None:
    """The server never hears of it; the client is hung up on."""


def swallow_answer(line: Line) -> None:
    """The server did it; the client is hung up on."""
    line.answer()


def half_open(line: Line) -> None:
    """The server did it; the client waits for an answer that never comes."""
    line.answer()
    line.proxy.held.set()
    line.proxy.released.wait(HOUR)


def late(line: Line) -> None:
    """The request is held up, and arrives when the proxy is healed: long after its sender left."""
    line.proxy.held.set()
    line.proxy.released.wait(HOUR)
    line.answer()


def blackhole(line: Line) -> None:
    """Nothing is read and nothing is said."""
    line.proxy.released.wait(HOUR)


def cut(line: Line) -> None:
    """The answer ends after `after` bytes."""
    line.client.sendall(line.answer()[: line.fault.after])


def drip(line: Line) -> None:
    """One byte of the answer in `pause` seconds."""
    for byte in line.answer():
        line.client.sendall(bytes([byte]))
        if line.proxy.released.wait(line.fault.pause):
            return


def reset(line: Line) -> None:
    """The connection is reset instead of an answer."""
    line.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def pass_on(line: Line) -> None:
    """Both directions, until one side hangs up."""
    with line.server() as server:
        back = Thread(target=pump, args=(server, line.client), daemon=True)
        back.start()
        if not line.request:
            pump(line.client, server)
        back.join()


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Bytes from one side to the other."""
    with suppress(OSError):
        while data := source.recv(CHUNK):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


FAULTS: Final[dict[str, Callable[[Line], None]]] = {
    "": pass_on,
    "swallow_request": swallow_request,
    "swallow_answer": swallow_answer,
    "half_open": half_open,
    "late": late,
    "blackhole": blackhole,
    "cut": cut,
    "drip": drip,
    "reset": reset,
}
BEFORE_TLS: Final = frozenset({"blackhole", "reset"})


@dataclass(slots=True)
class Proxy:
    """Listens on a loopback port of its own while the `with` block lasts.

    Two more faults are of the listener itself: `refuse` (nobody listens) and `unreachable`
    (connections are never accepted: packets are lost as if the host were gone).
    """

    target: tuple[str, int]
    certificate: Certificate | None = None
    port: int = 0
    injected: int = 0
    accepted: int = 0
    heard: int = 0  # bytes of requests, as somebody in the middle would see them
    held: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)
    trusting: ssl.SSLContext | None = None
    _fault: Fault = field(default_factory=Fault)
    _tls: ssl.SSLContext | None = None
    _lock: Lock = field(default_factory=Lock)
    _listener: socket.socket | None = None
    _stuffing: list[socket.socket] = field(default_factory=list)
    _ended: Event = field(default_factory=Event)

    @property
    def endpoint(self) -> str:
        """Where to connect."""
        return f"https://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        if self.certificate:
            self.present(self.certificate)
            self.trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self.trusting.check_hostname = False
            self.trusting.verify_mode = ssl.CERT_NONE
        self._listen(accepting=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.released.set()
        self._close()

    def present(self, certificate: Certificate) -> None:
        """From now on this is who we say we are."""
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile() as pem:
            Path(pem.name).write_bytes(certificate.certificate + certificate.key)
            tls.load_cert_chain(pem.name)
        self._tls = tls

    def break_with(self, name: str, **how: float | str) -> None:
        """From now on this goes wrong; what is underway stays as it is."""
        self.heal()
        if name in {"refuse", "unreachable"}:
            self._close()
            if name == "unreachable":
                self._listen(accepting=False)
            self.injected += 1
            return
        assert name in FAULTS, name
        with self._lock:
            self._fault = Fault(name, **how)  # type: ignore[arg-type]  # numbers and texts by name

    def heal(self) -> None:
        """Everything works again; those who were kept waiting are hung up on."""
        with self._lock:
            self._fault = Fault()
        self.released.set()
        self.held, self.released = Event(), Event()
        self._close()
        self._listen(accepting=True)

    def _listen(self, *, accepting: bool) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        listener.listen(128 if accepting else 0)
        self._listener = listener
        if accepting:
            Thread(target=self._accept, args=(listener,), daemon=True).start()
            return
        for _ in range(3):  # fill the queue of connections that nobody accepts
            stuffing = socket.socket()
            stuffing.setblocking(False)
            with suppress(BlockingIOError):
                stuffing.connect(("127.0.0.1", self.port))
            self._stuffing.append(stuffing)

    def _close(self) -> None:
        if self._listener:
            with suppress(OSError):  # wakes up who waits in accept()
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for stuffing in self._stuffing:
            stuffing.close()
        self._listener, self._stuffing = None, []

    def _accept(self, listener: socket.socket) -> None:
        while not self._ended.is_set():
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.accepted += 1
            Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            client.settimeout(HOUR)
            if self._fault.name in BEFORE_TLS or not self._tls:
                fault, request = self._take(b""), b""
            else:
                client = self._tls.wrap_socket(client, server_side=True)
                request = read_request(client)
                self.heard += len(request)
                fault = self._take(request)
            with client:
                FAULTS[fault.name](Line(self, client, fault, request))

    def _take(self, request: bytes) -> Fault:
        with self._lock:
            fault = self._fault
            if not fault.name or fault.times < 1 or not re.match(fault.only.encode(), request):
                return Fault()
            self._fault = Fault(fault.name, fault.times - 1, fault.only, fault.after, fault.pause)
            self.injected += 1
            return fault


def read_request(client: socket.socket) -> bytes:
    """A whole HTTP request: its head, and as much as it announces."""
    data = b""
    while b"\r\n\r\n" not in data and (more := client.recv(CHUNK)):
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().partition(b":")[::2] for line in head.split(b"\r\n")[1:])
    length = int(fields.get(b"content-length", b"0"))
    while len(body) < length and (more := client.recv(CHUNK)):
        body, data = body + more, data + more
    return data
