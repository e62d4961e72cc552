"""One HTTPS exchange with a server that we do not trust yet.

The certificate is checked before the first byte of a request leaves, there are no
redirects, proxies, environment or compression, and neither a slow nor an endless answer
gets past the deadline and the size limit. RAPI closes the connection after each answer, so
there is nothing to pool.
"""

import hashlib
import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from cyclades.adapters.ganeti.errors import AnswerLost
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.domain.model.errors import InvalidInput
from cyclades.ports.cluster_driver import ClusterUnavailable, IdentityMismatch

CHUNK: Final = 65_536
FINGERPRINT_LENGTH: Final = 64
RAPI_PORT: Final = 5080


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, and bytes of one answer."""

    connect: float = 5.0
    silence: float = 30.0
    total: float = 60.0
    answer: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body, as they came."""

    status: int
    body: bytes


class DeadlineSocket(ssl.SSLSocket):
    """Never waits for the other side beyond the deadline, however little each read brings."""

    deadline: float = 0.0
    silence: float = 0.0

    def arm(self) -> None:
        """Allow the next operation what is left. Raises TimeoutError when nothing is."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.settimeout(min(left, self.silence))

    def send(self, data: Any, flags: int = 0) -> int:
        """One write under the deadline: who reads slowly holds nobody either."""
        self.arm()
        return super().send(data, flags)

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """One read under the deadline."""
        self.arm()
        return super().recv_into(buffer, nbytes, flags)


class Transport:
    """Where to connect, and whom to trust there."""

    def __init__(self, connection: ClusterConnection, limits: Limits) -> None:
        """Raises InvalidInput for an endpoint, fingerprint or CA that cannot be used."""
        url = urlsplit(connection.endpoint)
        if url.scheme != "https" or not url.hostname:
            raise InvalidInput("A Ganeti endpoint must be https://HOST:PORT.", "endpoint")
        self._host, self._port = url.hostname, url.port or RAPI_PORT
        self._fingerprint = connection.fingerprint.replace(":", "").lower()
        if len(self._fingerprint) not in {0, FINGERPRINT_LENGTH}:
            raise InvalidInput("A fingerprint is SHA-256 in hexadecimal.", "fingerprint")
        self._limits = limits
        try:
            self._tls = ssl.create_default_context(cadata=connection.ca or None)
        except ssl.SSLError as error:
            raise InvalidInput("The CA is not a certificate in PEM form.", "ca") from error
        self._tls.sslsocket_class = DeadlineSocket
        if self._fingerprint:  # the very certificate is known: its names and issuer say no more
            self._tls.check_hostname = False
            self._tls.verify_mode = ssl.CERT_NONE

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """One request, one answer.

        Raises IdentityMismatch and ClusterUnavailable when nothing was sent, AnswerLost
        from the first byte on.
        """
        tls = self._connect()
        http_connection = http.client.HTTPConnection(self._host, self._port)
        http_connection.sock = tls
        try:
            tls.arm()
            http_connection.request(method, target, body=body, headers=dict(headers))
            with http_connection.getresponse() as response:
                return Answer(response.status, self._read(response))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise AnswerLost(f"No answer from the cluster ({type(error).__name__}).") from error
        finally:
            http_connection.close()

    def _connect(self) -> DeadlineSocket:
        """A TLS connection to the right server."""
        deadline = time.monotonic() + self._limits.total
        try:
            plain = socket.create_connection((self._host, self._port), self._limits.connect)
        except OSError as error:
            raise ClusterUnavailable("The cluster cannot be reached.") from error
        try:
            tls = self._tls.wrap_socket(plain, server_hostname=self._host)
        except ssl.SSLCertVerificationError as error:
            plain.close()
            raise IdentityMismatch("The cluster's certificate is not trusted.") from error
        except OSError as error:
            plain.close()
            raise ClusterUnavailable("The cluster does not speak TLS.") from error
        assert isinstance(tls, DeadlineSocket)  # noqa: S101 - set on the context above
        tls.deadline, tls.silence = deadline, self._limits.silence
        presented = hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()
        if self._fingerprint and presented != self._fingerprint:
            tls.close()
            raise IdentityMismatch(
                f"The cluster's certificate has another fingerprint: {presented}"
            )
        return tls

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        """The body within its limit; a body shorter than announced is an error."""
        parts: list[bytes] = []
        size = 0
        while chunk := response.read1(CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if size > self._limits.answer:
                raise AnswerLost("The cluster's answer is too long.")
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        return b"".join(parts)
