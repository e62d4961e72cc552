"""A circuit breaker: a cluster in trouble is left alone for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from cyclades.adapters.ganeti.errors import NotKnown, QueueClosed, Refused
from cyclades.ports.clock import Clock
from cyclades.ports.cluster_driver import (
    AuthenticationFailed,
    ClusterUnavailable,
    IdentityMismatch,
)

# Known to callers even when nothing was sent; an answer that was lost is not.
KINDS: Final = (AuthenticationFailed, IdentityMismatch)


@dataclass(slots=True)
class Breaker:
    """Opens after `threshold` failures in a row, for `delay` seconds; then one call may try.

    Refused credentials open it at once for `locked_out` seconds: trying again helps nobody.
    """

    clock: Clock
    threshold: int = 5
    delay: float = 10.0
    locked_out: float = 60.0
    _failures: int = 0
    _open_until: float = 0.0
    _trying: bool = False
    _kind: type[ClusterUnavailable] = ClusterUnavailable
    _text: str = ""
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Around each call. When open, says again what opened it; but now nothing was sent."""
        self._enter()
        try:
            yield
        except (QueueClosed, NotKnown, Refused):
            self._worked()
            raise
        except BaseException as error:
            self._failed(error)
            raise
        else:
            self._worked()

    def _enter(self) -> None:
        with self._lock:
            if self._failures == 0:
                return
            if self.clock.monotonic() < self._open_until or self._trying:
                raise self._kind(self._text)
            self._trying = self._open_until > 0

    def _worked(self) -> None:
        with self._lock:
            self._failures, self._open_until, self._trying = 0, 0.0, False

    def _failed(self, error: BaseException) -> None:
        refused = isinstance(error, AuthenticationFailed)
        with self._lock:
            self._failures = self.threshold if refused else self._failures + 1
            self._trying = False
            if self._failures >= self.threshold:
                pause = self.locked_out if refused else self.delay
                self._open_until = self.clock.monotonic() + pause
                self._kind = next((k for k in KINDS if isinstance(error, k)), ClusterUnavailable)
                known = isinstance(error, ClusterUnavailable)
                self._text = str(error) if known else "The cluster's answers cannot be understood."
