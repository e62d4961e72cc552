"""RAPI, Ganeti's remote API: requests, and answers that turn out to be what they should.

Nothing of an answer reaches an error's text but what Ganeti itself says in its own form of
error, and that only in `Refused`, which is for operators.
"""

import base64
import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import orjson

from cyclades.adapters.ganeti.breaker import Breaker
from cyclades.adapters.ganeti.errors import AnswerLost, NotKnown, QueueClosed, Refused
from cyclades.adapters.ganeti.transport import Answer, Limits, Transport
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.domain.model.errors import InvalidInput
from cyclades.ports.clock import Clock
from cyclades.ports.cluster_driver import (
    AuthenticationFailed,
    ClusterUnavailable,
    IdentityMismatch,
)

Result = TypeVar("Result")
SLOTS: Final = 8  # Ganeti serves 20 clients at once; others want some
NO_QUEUE: Final = ("Queue drained", "Job queue is drained", "Job queue is full")
LONGEST_TEXT: Final = 2000
REFUSALS: Final = frozenset({*range(400, 500), HTTPStatus.NOT_IMPLEMENTED})
GRAVEST: Final = (AuthenticationFailed, IdentityMismatch, ClusterUnavailable)


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `path` holds names already quoted; `reason` becomes the job's."""

    method: str
    path: str
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Path and query as they go on the wire."""
        return self.path + (f"?{urlencode(self.query, quote_via=quote)}" if self.query else "")


class Rapi:
    """A client of one cluster, safe to share between threads.

    A cluster may have several endpoints, for its master moves. Calls go to the one in use;
    only `locate`, which reads, looks for another.
    """

    def __init__(
        self, connection: ClusterConnection, clock: Clock, limits: Limits | None = None
    ) -> None:
        """Raises InvalidInput for a connection that cannot be used; sends nothing."""
        urls = connection.endpoint.split()
        if not urls:
            raise InvalidInput("A Ganeti cluster needs an endpoint.", "endpoint")
        self._transports = [
            Transport(replace(connection, endpoint=url), limits or Limits()) for url in urls
        ]
        self._in_use = self._transports[0]
        self._wait = (limits or Limits()).silence
        self._breaker = Breaker(clock)
        self._slots = BoundedSemaphore(SLOTS)
        secret = f"{connection.username}:{connection.password}".encode()
        self._headers = {
            "Authorization": f"Basic {base64.b64encode(secret).decode()}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }

    def send(self, call: Call) -> Any:
        """The answer's JSON.

        Raises ClusterUnavailable (nothing sent, or no job can exist), AnswerLost (perhaps
        sent), AuthenticationFailed, IdentityMismatch, NotKnown, Refused.
        """
        return self._guarded(lambda: self._exchange(self._in_use, call))

    def locate(self, call: Call, accept: Callable[[Any], Result]) -> Result:
        """Ask the endpoint in use, then the others; the first whose answer passes is used on.

        `call` must not change anything. `accept` raises ClusterUnavailable for an answer
        that does not pass. When none does: AuthenticationFailed or IdentityMismatch if any
        endpoint was that grave, else why the first did not answer.
        """
        return self._guarded(lambda: self._first_good(call, accept))

    def _first_good(self, call: Call, accept: Callable[[Any], Result]) -> Result:
        failures: list[ClusterUnavailable] = []
        for transport in sorted(self._transports, key=lambda one: one is not self._in_use):
            try:
                result = accept(self._exchange(transport, call))
            except (NotKnown, Refused):
                failures.append(AnswerLost("The cluster does not know this call."))
            except ClusterUnavailable as failure:
                failures.append(failure)
            else:
                self._in_use = transport
                return result
        raise next(f for kind in GRAVEST for f in failures if isinstance(f, kind))

    def _guarded(self, work: Callable[[], Result]) -> Result:
        if not self._slots.acquire(timeout=self._wait):
            raise ClusterUnavailable("Too many calls to the cluster at once.")
        try:
            with self._breaker.guard():
                return work()
        finally:
            self._slots.release()

    def _exchange(self, transport: Transport, call: Call) -> Any:
        body = None if call.body is None else orjson.dumps(call.body)
        return understand(transport.exchange(call.method, call.target, self._headers, body))


def understand(answer: Answer) -> Any:
    """The JSON of a success; the right error for everything else."""
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise AuthenticationFailed("The cluster refuses our credentials.")
    try:
        data = orjson.loads(answer.body)
    except ValueError as error:
        raise AnswerLost(f"The cluster's answer (HTTP {answer.status}) is not JSON.") from error
    if answer.status == HTTPStatus.OK:  # RAPI knows no other success
        return data
    text = ganeti_text(data, answer.status)
    if any(sign in text for sign in NO_QUEUE):
        raise QueueClosed("The cluster takes no jobs now.")
    if text and answer.status == HTTPStatus.NOT_FOUND:
        raise NotKnown(text)
    if text and answer.status in REFUSALS:
        raise Refused(text)
    raise AnswerLost(f"The cluster failed with HTTP {answer.status}.")


def ganeti_text(data: object, status: int) -> str:
    """What Ganeti says in its own form of error, or nothing if somebody else answered."""
    if not isinstance(data, dict) or data.get("code") != status:
        return ""
    text = f"{data.get('message')} ({data.get('explain')})"
    return html.unescape(text)[:LONGEST_TEXT]
