"""Files from others' web servers, by the standard library's HTTP.

A name is resolved once for each hop, and the connection made to an address that was looked
at: whatever the name's servers say a moment later does not matter. Proxies of the
environment are not asked. Redirects begin again from the first check.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urljoin

from cyclades.adapters.downloads.policy import Address, Elsewhere, Place, Policy
from cyclades.domain.model.errors import InvalidInput, TooLarge, Unavailable
from cyclades.ports.clock import Clock
from cyclades.ports.web_downloads import WebDownloads

PIECE = 1 << 18
MOST_HOPS = 5
SILENCE = 30.0  # seconds that a server may say nothing...
GREETING = 60.0  # ...and that it may take until its file begins
SLOWEST = 16 << 10  # bytes a second, over...
WINDOW = 60.0  # ...so many seconds
MOVED = frozenset({301, 302, 303, 307, 308})
LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
OK = 200
BROKEN = "The server of the URI did not send the whole file."
Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


class PinnedConnection(HTTPConnection):
    """To one address, whatever the name may mean."""

    def __init__(self, place: Place, address: Address, context: ssl.SSLContext | None) -> None:
        """Nothing is connected yet."""
        super().__init__(place.host, place.port, timeout=SILENCE)
        self._address = address
        self._context = context
        self._wire: socket.socket | None = None

    def connect(self) -> None:
        """To that address; TLS is with the name's owner."""
        self.sock = socket.create_connection((str(self._address), self.port), self.timeout)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)
        self._wire = self.sock

    def cut(self) -> None:
        """End what is going on, from another thread."""
        # Not self.sock: an answer that ends with its connection takes that along.
        if self._wire is not None:
            with suppress(OSError):  # it was over
                self._wire.shutdown(socket.SHUT_RDWR)


class HttpDownloads(WebDownloads):
    """`most` bytes within so many `seconds`."""

    def __init__(
        self,
        policy: Policy,
        clock: Clock,
        most: int,
        seconds: float,
        resolver: Resolve = resolve,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """`trusted` are other authorities than the system's."""
        self._policy = policy
        self._clock = clock
        self._most = most
        self._seconds = seconds
        self._resolve = resolver
        self._trusted = trusted or ssl.create_default_context()

    def check(self, uri: str) -> None:
        self._policy.place(uri)

    def fetch(self, uri: str) -> Iterator[bytes]:
        """One hop after the other, then the file."""
        try:
            with ExitStack() as opened:
                response, cut = self._open(opened, uri)
                yield from self._pieces(response, cut)
        except (OSError, HTTPException) as error:
            raise Unavailable(BROKEN) from error

    def _open(self, opened: ExitStack, uri: str) -> tuple[HTTPResponse, Callable[[], None]]:
        for _ in range(MOST_HOPS):
            place = self._policy.place(uri)
            connection = PinnedConnection(
                place, self._address(place), self._trusted if place.scheme == "https" else None
            )
            opened.callback(connection.close)
            with limited(connection.cut, GREETING):
                connection.request(
                    "GET",
                    place.path,
                    headers={
                        "Host": place.header,
                        "Accept-Encoding": "identity",
                        "User-Agent": "cyclades",
                    },
                )
                response = connection.getresponse()
            opened.callback(response.close)
            if response.status not in MOVED:
                return response, connection.cut
            uri = urljoin(uri, response.headers.get("Location", ""))
        raise Elsewhere("The URI leads from one place to another without an end.", "uri")

    def _address(self, place: Place) -> Address:
        try:
            found = self._resolve(place.host, place.port)
        except OSError as error:
            raise Unavailable("The name in the URI is not known.") from error
        return self._policy.permits(ip_address(text) for text in found)

    def _pieces(self, response: HTTPResponse, cut: Callable[[], None]) -> Iterator[bytes]:
        refuse(response)
        length = response.length
        if (length or 0) > self._most:
            raise TooLarge(f"The file of the URI has more than {self._most} bytes.")
        came, window, then = 0, 0, self._clock.monotonic()
        with limited(cut, self._seconds) as over:
            while piece := response.read1(PIECE):
                came, window = came + len(piece), window + len(piece)
                if came > self._most:
                    raise TooLarge(f"The file of the URI has more than {self._most} bytes.")
                now = self._clock.monotonic()
                if now - then >= WINDOW:
                    if window < SLOWEST * (now - then):
                        raise InvalidInput("The server of the URI is too slow.", "uri")
                    window, then = 0, now
                yield piece
        if over.is_set():
            raise InvalidInput(f"The download took more than {self._seconds:.0f} s.", "uri")
        if length is not None and came != length:
            raise Unavailable(BROKEN)


def refuse(response: HTTPResponse) -> None:
    """Raise when it is no file. What the server says is nobody's business."""
    if response.status in LATER:
        raise Unavailable(f"The server of the URI answers {response.status}.")
    if response.status != OK:
        raise InvalidInput(f"The server of the URI answers {response.status}.", "uri")
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise InvalidInput("The server of the URI sends the file compressed.", "uri")


@contextmanager
def limited(cut: Callable[[], None], seconds: float) -> Iterator[threading.Event]:
    """Cut the connection after so long; the event says that it was."""
    over = threading.Event()

    def end() -> None:
        over.set()
        cut()

    watch = threading.Timer(seconds, end)
    watch.daemon = True
    watch.start()
    try:
        yield over
    finally:
        watch.cancel()


def make(application: Any) -> HttpDownloads:
    """From the settings."""
    said = application.settings
    policy = Policy(
        frozenset(said.web_download_schemes),
        frozenset(int(port) for port in said.web_download_ports),
        tuple(ip_network(text) for text in said.web_download_allowed),
        tuple(ip_network(text) for text in said.web_download_denied),
    )
    return HttpDownloads(policy, application.clock, said.image_max_bytes, said.web_download_seconds)
