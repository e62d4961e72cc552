"""RAPI, Ganeti's remote API: requests, and answers that turn out to be what they should.

Nothing of an answer reaches an error's text but what Ganeti itself says in its own form of
error, and that only in `Refused`, which is for operators.
"""

import base64
import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any, Final
from urllib.parse import quote, urlencode

import orjson

from cyclades.adapters.ganeti.breaker import Breaker
from cyclades.adapters.ganeti.errors import AnswerLost, NotKnown, QueueClosed, Refused
from cyclades.adapters.ganeti.transport import Answer, Limits, Transport
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.ports.clock import Clock
from cyclades.ports.cluster_driver import AuthenticationFailed, ClusterUnavailable

SLOTS: Final = 8  # Ganeti serves 20 clients at once; others want some
NO_QUEUE: Final = ("Queue drained", "Job queue is drained", "Job queue is full")
LONGEST_TEXT: Final = 2000
REFUSALS: Final = frozenset({*range(400, 500), HTTPStatus.NOT_IMPLEMENTED})


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
    """A client of one cluster, safe to share between threads."""

    def __init__(
        self, connection: ClusterConnection, clock: Clock, limits: Limits | None = None
    ) -> None:
        """Raises InvalidInput for a connection that cannot be used; sends nothing."""
        self._transport = Transport(connection, limits or Limits())
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
        body = None if call.body is None else orjson.dumps(call.body)
        if not self._slots.acquire(timeout=self._wait):
            raise ClusterUnavailable("Too many calls to the cluster at once.")
        try:
            with self._breaker.guard():
                answer = self._transport.exchange(call.method, call.target, self._headers, body)
                return understand(answer)
        finally:
            self._slots.release()


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
