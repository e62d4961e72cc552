"""Who a token belongs to: contract of ports/identity.py, on the provider that we ship."""

import base64
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from cyclades.adapters.local_identity.provider import LocalIdentity, Snapshot
from cyclades.adapters.local_identity.tokens import SealedTokens
from cyclades.adapters.system.secrets import FernetSecrets
from cyclades.domain.model.errors import Unauthenticated, Unavailable
from cyclades.domain.model.token import Claims, Revocation, RevocationKey, TokenScope
from cyclades.ports.clock import Clock
from cyclades.ports.tokens import RevocationLog

FORMAT = SealedTokens(FernetSecrets([base64.urlsafe_b64encode(b"k" * 32)]))
START = datetime(2030, 1, 1, 12, tzinfo=UTC)
REFRESH = 10
CLAIMS = Claims(
    user_id="u",
    user_domain_id="default",
    methods=("password",),
    scope=TokenScope("project", "p", "branch"),
    roles=("member",),
    issued=START,
    expires=START + timedelta(hours=1),
    audit_ids=("a",),
    epoch=0,
    application_credential_id="c",
)


@dataclass
class HandClock(Clock):
    """Moves when told."""

    passed: float = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


@dataclass
class ListedLog(RevocationLog):
    """A log that counts how often it is asked, and can be out of order."""

    kept: list[Revocation] = field(default_factory=list)
    asked: int = 0
    broken: bool = False

    def after(self, seq: int) -> tuple[int, Sequence[Revocation]]:
        self.asked += 1
        if self.broken:
            raise ConnectionError
        top = self.kept[-1].seq if self.kept else 0
        return top, [item for item in self.kept if item.seq > seq]

    def add(self, key: RevocationKey) -> None:
        self.kept.append(Revocation(len(self.kept) + 1, *key))


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def log() -> ListedLog:
    return ListedLog()


@pytest.fixture
def identity(clock: HandClock, log: ListedLog) -> LocalIdentity:
    return LocalIdentity(FORMAT, Snapshot(log, clock, REFRESH), clock)


def test_a_token_gives_its_caller(identity: LocalIdentity) -> None:
    caller = identity.caller(FORMAT.write(CLAIMS))
    assert (caller.user_id, caller.project_id) == ("u", "p")
    assert caller.roles == {"member"}
    assert caller.application_credential_id == "c"
    assert (caller.domain_id, caller.project_domain_id) == (None, "branch")


def test_the_hot_path_asks_nobody(identity: LocalIdentity, log: ListedLog) -> None:
    token = FORMAT.write(CLAIMS)
    for _ in range(1000):
        identity.caller(token)
    identity.caller(FORMAT.write(replace(CLAIMS, user_id="other")))
    assert log.asked == 1


def test_time_passes_and_the_log_is_asked_once_each_interval(
    identity: LocalIdentity, log: ListedLog, clock: HandClock
) -> None:
    token = FORMAT.write(CLAIMS)
    for _ in range(100):
        identity.caller(token)
        clock.passed += 1
    assert log.asked == 10


@pytest.mark.parametrize(
    "key",
    [
        ("token", "a"),
        ("user", "u"),
        ("domain", "default"),
        ("domain", "branch"),
        ("project", "p"),
        ("grant", "u@p"),
        ("role", "member"),
        ("application_credential", "c"),
    ],
)
def test_other_processes_revocations_arrive_in_time(
    identity: LocalIdentity, log: ListedLog, clock: HandClock, key: RevocationKey
) -> None:
    token = FORMAT.write(CLAIMS)
    identity.caller(token)
    log.add(key)
    clock.passed += REFRESH
    with pytest.raises(Unauthenticated):
        identity.caller(token)
    assert identity.caller(FORMAT.write(replace(CLAIMS, epoch=1))).user_id == "u"


@pytest.mark.parametrize(
    "key", [("token", "b"), ("user", "p"), ("project", "u"), ("grant", "u@q"), ("role", "reader")]
)
def test_what_does_not_match_does_not_matter(
    identity: LocalIdentity, log: ListedLog, key: RevocationKey
) -> None:
    log.add(key)
    identity.caller(FORMAT.write(CLAIMS))


def test_our_own_revocations_hold_at_once(identity: LocalIdentity, log: ListedLog) -> None:
    token = FORMAT.write(CLAIMS)
    identity.caller(token)
    log.add(("user", "u"))
    identity.look_again()
    with pytest.raises(Unauthenticated):
        identity.caller(token)
    asked = log.asked
    with pytest.raises(Unauthenticated):
        identity.caller(token)
    assert log.asked == asked


def test_a_login_in_another_process_brings_news(identity: LocalIdentity, log: ListedLog) -> None:
    """A token from after a revocation tells us that there was one."""
    old = FORMAT.write(CLAIMS)
    identity.caller(old)
    log.add(("user", "u"))
    identity.caller(FORMAT.write(replace(CLAIMS, epoch=1)))
    with pytest.raises(Unauthenticated):
        identity.caller(old)


def test_a_token_from_a_future_that_was_undone_is_void(identity: LocalIdentity) -> None:
    """A database set back to a backup would number its revocations below such tokens."""
    with pytest.raises(Unauthenticated):
        identity.caller(FORMAT.write(replace(CLAIMS, epoch=99)))


def test_expiry(identity: LocalIdentity, clock: HandClock) -> None:
    token = FORMAT.write(CLAIMS)
    clock.passed = 3599
    identity.caller(token)
    clock.passed = 3600
    with pytest.raises(Unauthenticated):
        identity.caller(token)


def test_without_news_for_too_long_nobody_is_let_in(
    identity: LocalIdentity, log: ListedLog, clock: HandClock
) -> None:
    token = FORMAT.write(CLAIMS)
    identity.caller(token)
    log.broken = True
    clock.passed = 59
    identity.caller(token)
    clock.passed = 60
    with pytest.raises(Unavailable):
        identity.caller(token)
    log.broken = False
    identity.caller(token)


@pytest.mark.parametrize("token", ["", "x", "gAAAAA", "é", "\udc80", "x" * 100_000])
def test_nonsense(identity: LocalIdentity, token: str) -> None:
    with pytest.raises(Unauthenticated):
        identity.caller(token)


def test_many_tokens_do_not_fill_the_memory(
    identity: LocalIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cyclades.adapters.local_identity.provider.REMEMBERED", 3)
    for _ in range(10):
        identity.caller(FORMAT.write(CLAIMS))
    assert len(identity._known) == 3


def test_threads_wait_for_news_of_their_own_process(
    identity: LocalIdentity, log: ListedLog
) -> None:
    token, let_in = FORMAT.write(CLAIMS), []
    identity.caller(token)
    log.add(("user", "u"))
    identity.look_again()

    def ask() -> None:
        try:
            identity.caller(token)
            let_in.append(1)
        except Unauthenticated:
            pass

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert let_in == []
