"""Tokens as sealed bytes: self-contained, opaque, short enough for any header.

Layout before sealing: a version byte, a byte of flags for the methods and the kind of
scope, three numbers (issued in microseconds, seconds to live, epoch), then texts in a
fixed order. Ids of 32 hexadecimal digits take 17 bytes, other texts their length and one.
"""

import base64
import binascii
import re
import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import get_args

from cyclades.domain.model.errors import Unauthenticated
from cyclades.domain.model.token import METHODS, Claims, ScopeKind, TokenScope
from cyclades.ports.secrets import Secrets
from cyclades.ports.tokens import TokenFormat

VERSION = 1
HEAD = struct.Struct(">BBBQII")
SCOPES: tuple[ScopeKind, ...] = get_args(ScopeKind)
LONGEST = 4096
HEX_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
HEX_MARK = 0xFF
LONG_MARK = 0xFE
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def refused() -> Unauthenticated:
    """Why is nobody's business."""
    return Unauthenticated("The request you have made requires authentication.")


class SealedTokens(TokenFormat):
    """Encrypted and authenticated with a key of their own."""

    def __init__(self, secrets: Secrets) -> None:
        """`secrets` are used for tokens alone."""
        self._secrets = secrets

    def write(self, claims: Claims) -> str:
        """Pack, seal, and leave out base64's padding."""
        return self._secrets.seal(pack(claims)).decode("ascii").rstrip("=")

    def read(self, token: str) -> Claims:
        """Refuse whatever is not exactly what `write` gave."""
        if len(token) > LONGEST or "=" in token:
            raise refused()
        try:
            sealed = (token + "=" * (-len(token) % 4)).encode("ascii")
            # Python's decoder skips foreign characters: two texts must not be one token.
            if base64.urlsafe_b64encode(base64.urlsafe_b64decode(sealed)) != sealed:
                raise refused()
            return unpack(self._secrets.unseal(sealed))
        except (ValueError, binascii.Error, struct.error, IndexError, StopIteration) as error:
            raise refused() from error


def pack(claims: Claims) -> bytes:
    """To bytes."""
    methods = sum(1 << METHODS.index(method) for method in claims.methods)
    life = claims.expires - claims.issued
    head = HEAD.pack(
        VERSION,
        methods,
        SCOPES.index(claims.scope.kind),
        (claims.issued - EPOCH) // MICROSECOND,
        int(life.total_seconds()),
        claims.epoch,
    )
    texts = (
        claims.user_id,
        claims.user_domain_id,
        claims.scope.id,
        claims.scope.domain_id,
        claims.application_credential_id or "",
        ",".join(claims.audit_ids),
        *claims.roles,
    )
    return head + b"".join(_pack_text(text) for text in texts)


def unpack(raw: bytes) -> Claims:
    """From bytes. Raises ValueError and its like for foreign ones."""
    version, methods, scope, issued_us, life, epoch = HEAD.unpack_from(raw)
    if version != VERSION:
        raise ValueError("another version")
    texts = _unpack_texts(raw[HEAD.size :])
    user_id, user_domain, scope_id, scope_domain, credential, audit = (
        next(texts) for _ in range(6)
    )
    issued = EPOCH + issued_us * MICROSECOND
    return Claims(
        user_id=user_id,
        user_domain_id=user_domain,
        methods=tuple(name for bit, name in enumerate(METHODS) if methods >> bit & 1),
        scope=TokenScope(SCOPES[scope], scope_id, scope_domain),
        roles=tuple(texts),
        issued=issued,
        expires=issued + timedelta(seconds=life),
        audit_ids=tuple(audit.split(",")),
        epoch=epoch,
        application_credential_id=credential or None,
    )


def _pack_text(text: str) -> bytes:
    if HEX_ID.fullmatch(text):
        return bytes([HEX_MARK]) + bytes.fromhex(text)
    raw = text.encode()
    if len(raw) < LONG_MARK:
        return bytes([len(raw)]) + raw
    return bytes([LONG_MARK]) + len(raw).to_bytes(2, "big") + raw


def _unpack_texts(raw: bytes) -> Iterator[str]:
    at = 0
    while at < len(raw):
        size, at = raw[at], at + 1
        if size == HEX_MARK:
            yield _exactly(raw, at, 16).hex()
            at += 16
            continue
        if size == LONG_MARK:
            size, at = int.from_bytes(_exactly(raw, at, 2), "big"), at + 2
        yield _exactly(raw, at, size).decode()
        at += size


def _exactly(raw: bytes, at: int, size: int) -> bytes:
    found: Sequence[int] = raw[at : at + size]
    if len(found) != size:
        raise ValueError("cut short")
    return bytes(found)
