"""Tokens as text, and the log of revocations: contract of ports/tokens.py."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from cyclades.adapters.local_identity.tokens import SealedTokens
from cyclades.adapters.sql.engine import make_engine, reading
from cyclades.adapters.sql.revocations import SqlRevocationLog, SqlRevocations
from cyclades.adapters.system.clock import SystemClock
from cyclades.adapters.system.secrets import FernetSecrets, KeyFileSecrets
from cyclades.domain.model.errors import Unauthenticated
from cyclades.domain.model.token import METHODS, UNSCOPED, Claims, Revocation, TokenScope
from cyclades.ports.tokens import TokenFormat

KEY = base64.urlsafe_b64encode(b"k" * 32)
ISSUED = datetime(2030, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
CLAIMS = Claims(
    user_id="1" * 32,
    user_domain_id="default",
    methods=("password",),
    scope=TokenScope("project", "a" * 32, "default"),
    roles=("member", "reader"),
    issued=ISSUED,
    expires=ISSUED + timedelta(hours=4),
    audit_ids=("k2ZOF8DZSrKCGNPe",),
    epoch=7,
)
FORMAT = SealedTokens(FernetSecrets([KEY]))

texts = st.text(st.characters(exclude_characters=",", exclude_categories=["Cs"]), max_size=300)
ids = st.one_of(st.uuids().map(lambda value: value.hex), texts)
scopes = st.one_of(
    st.just(UNSCOPED),
    st.builds(TokenScope, st.sampled_from(["project", "domain", "system"]), ids, ids),
)
claims = st.builds(
    Claims,
    user_id=ids,
    user_domain_id=ids,
    methods=st.lists(st.sampled_from(METHODS), unique=True).map(
        lambda chosen: tuple(name for name in METHODS if name in chosen)
    ),
    scope=scopes,
    roles=st.lists(texts, max_size=5).map(tuple),
    issued=st.just(ISSUED),
    expires=st.integers(0, 10**9).map(lambda seconds: ISSUED + timedelta(seconds=seconds)),
    audit_ids=st.lists(texts, min_size=1, max_size=2).map(tuple),
    epoch=st.integers(0, 2**32 - 1),
    application_credential_id=st.one_of(st.none(), st.uuids().map(lambda value: value.hex)),
)


@pytest.fixture(params=["sealed"])
def tokens(request: pytest.FixtureRequest) -> TokenFormat:
    return {"sealed": FORMAT}[request.param]


@given(claims)
def test_claims_come_back(given_: Claims) -> None:
    assert FORMAT.read(FORMAT.write(given_)) == given_


def test_a_token_fits_a_header(tokens: TokenFormat) -> None:
    roles = ("admin", "member", "reader")
    largest = replace(CLAIMS, roles=roles, application_credential_id="c" * 32)
    for one in (CLAIMS, largest):
        text = tokens.write(one)
        assert len(text) < 255
        assert text.isascii()
        assert "=" not in text


def test_two_tokens_are_never_the_same(tokens: TokenFormat) -> None:
    assert tokens.write(CLAIMS) != tokens.write(CLAIMS)


def test_every_changed_character_is_noticed(tokens: TokenFormat) -> None:
    text = tokens.write(CLAIMS)
    for at in range(len(text)):
        other = "A" if text[at] != "A" else "B"
        with pytest.raises(Unauthenticated):
            tokens.read(text[:at] + other + text[at + 1 :])


def test_every_shortened_token_is_noticed(tokens: TokenFormat) -> None:
    text = tokens.write(CLAIMS)
    for length in range(len(text)):
        with pytest.raises(Unauthenticated):
            tokens.read(text[:length])


@pytest.mark.parametrize(
    "added", ["A", "=", "==", "!", "\n", " ", "\x00", "é", "\udc80", "." * 5000]
)
def test_what_is_added_is_noticed(tokens: TokenFormat, added: str) -> None:
    """Decoders of base64 like to skip what they do not know: then two texts are one token."""
    text = tokens.write(CLAIMS)
    for other in (text + added, added + text, text[:50] + added + text[50:]):
        with pytest.raises(Unauthenticated):
            tokens.read(other)


@given(st.text(max_size=400))
def test_no_other_text_is_a_token(text: str) -> None:
    with pytest.raises(Unauthenticated):
        FORMAT.read(text)


@given(st.binary(max_size=200))
def test_not_even_one_that_was_sealed_with_the_same_key(raw: bytes) -> None:
    sealed = FernetSecrets([KEY]).seal(b"\x00" + raw).decode().rstrip("=")
    with pytest.raises(Unauthenticated):
        FORMAT.read(sealed)


def test_tokens_have_keys_of_their_own(tmp_path: Path) -> None:
    secrets = KeyFileSecrets(tmp_path / "key")
    text = SealedTokens(secrets).write(CLAIMS)
    with pytest.raises(Unauthenticated):
        SealedTokens(secrets.derived("tokens")).read(text)


def test_keys_rotate() -> None:
    old, new = (base64.urlsafe_b64encode(byte * 32) for byte in (b"o", b"n"))
    text = SealedTokens(FernetSecrets([old]).derived("tokens")).write(CLAIMS)
    both = SealedTokens(FernetSecrets([new, old]).derived("tokens"))
    assert both.read(text) == CLAIMS
    with pytest.raises(Unauthenticated):
        SealedTokens(FernetSecrets([new]).derived("tokens")).read(text)


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def test_the_log_tells_what_is_new(database: Engine) -> None:
    log, told = SqlRevocationLog(reading(database)), []
    assert log.after(0) == (0, ())
    with database.begin() as connection:
        revocations = SqlRevocations(connection, SystemClock(), 3600, lambda: told.append(1))
        assert revocations.epoch() == 0
        revocations.add([("user", "u"), ("token", "t")])
        revocations.add([])
        assert revocations.epoch() == 2
    assert told == [1]
    assert log.after(0) == (2, [Revocation(1, "user", "u"), Revocation(2, "token", "t")])
    assert log.after(1) == (2, [Revocation(2, "token", "t")])
    assert log.after(2) == (2, [])


def test_nothing_is_revoked_without_a_commit(database: Engine) -> None:
    with database.connect() as connection:
        SqlRevocations(connection, SystemClock(), 3600, lambda: None).add([("user", "u")])
        connection.rollback()
    assert SqlRevocationLog(reading(database)).after(0) == (0, ())
