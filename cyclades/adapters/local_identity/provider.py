"""The embedded identity provider: tokens are verified in memory.

A verified token is remembered, and so is what was revoked; the log of revocations is
asked for news every few seconds, and at once when this very process revoked something.
"""

import hashlib
import logging
import threading
from collections import OrderedDict
from typing import Any, Protocol

from cyclades.adapters.local_identity.tokens import refused
from cyclades.domain.model.errors import Unavailable
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.token import Claims, RevocationKey, caller_of, revocation_keys
from cyclades.ports.clock import Clock
from cyclades.ports.identity import IdentityProvider
from cyclades.ports.tokens import RevocationLog, TokenFormat

log = logging.getLogger(__name__)

REMEMBERED = 8192  # verified tokens
STALE = 60.0  # seconds without news after which nobody is let in
MANY = 100_000  # revocations remembered before the log is read anew, without the old ones


class Snapshot:
    """What is revoked, as far as this process knows."""

    def __init__(self, log_: RevocationLog, clock: Clock, refresh: float) -> None:
        """Empty, and never refreshed."""
        self._log = log_
        self._clock = clock
        self._refresh = refresh
        self._lock = threading.Lock()
        self._read_at: float | None = None
        self._news = False
        self._newest: dict[RevocationKey, int] = {}
        self._most = MANY
        self.top = 0

    def look_again(self) -> None:
        """There is news: the next question asks the log first."""
        self._news = True

    def revoked(self, claims: Claims) -> bool:
        """Whether anything newer than the token applies to it."""
        self._keep_fresh(claims.epoch)
        # A number that nobody has given out yet: the log was set back behind the token.
        if claims.epoch > self.top:
            return True
        newest = self._newest
        return any(newest.get(key, -1) > claims.epoch for key in revocation_keys(claims))

    def _age(self) -> float:
        return STALE if self._read_at is None else self._clock.monotonic() - self._read_at

    def _keep_fresh(self, epoch: int) -> None:
        must = self._news or epoch > self.top or self._age() >= STALE
        if not must and self._age() < self._refresh:
            return
        # While one thread reads, the others go on with what is known, unless that is too old.
        if not self._lock.acquire(blocking=must):
            return
        try:
            if self._news or epoch > self.top or self._age() >= self._refresh:
                self._read()
        except Exception as error:
            if self._news or self._age() >= STALE:
                raise Unavailable("Tokens cannot be checked now. Please try again.") from error
            log.warning("revocations cannot be read", exc_info=error)
        finally:
            self._lock.release()

    def _read(self) -> None:
        started, news = self._clock.monotonic(), self._news
        self._news = False
        try:
            full = len(self._newest) > self._most
            top, found = self._log.after(0 if full else self.top)
        except Exception:
            self._news = self._news or news
            raise
        newest = {} if full else dict(self._newest)
        newest.update(((item.kind, item.subject), item.seq) for item in found)
        if full:
            self._most = max(MANY, 2 * len(newest))
        self._newest, self.top, self._read_at = newest, top, started


class LocalIdentity(IdentityProvider):
    """Verifies our own tokens."""

    def __init__(self, tokens: TokenFormat, snapshot: Snapshot, clock: Clock) -> None:
        """Nothing is asked before the first token."""
        self._tokens = tokens
        self._snapshot = snapshot
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, tuple[Claims, Caller]] = OrderedDict()

    def caller(self, token: str) -> Caller:
        """Remembered or unsealed, not expired, not revoked."""
        claims, caller = self._verified(token)
        if self._clock.now() >= claims.expires or self._snapshot.revoked(claims):
            raise refused()
        return caller

    def look_again(self) -> None:
        """Something was revoked."""
        self._snapshot.look_again()

    def _verified(self, token: str) -> tuple[Claims, Caller]:
        key = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._known.get(key)
        if known is not None:
            return known
        claims = self._tokens.read(token)
        known = (claims, caller_of(claims))
        with self._lock:
            self._known[key] = known
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known


class Needs(Protocol):
    """What the process lends to the provider."""

    clock: Clock
    token_format: TokenFormat
    revocation_log: RevocationLog

    @property
    def settings(self) -> Any:
        """With `revocation_refresh`, in seconds."""
        ...


def make(app: Needs) -> LocalIdentity:
    """Entry point `local` of group `cyclades.identity`."""
    snapshot = Snapshot(app.revocation_log, app.clock, app.settings.revocation_refresh)
    return LocalIdentity(app.token_format, snapshot, app.clock)
