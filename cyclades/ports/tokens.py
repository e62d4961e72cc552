"""Tokens as text, and the log of what makes them void."""

from collections.abc import Sequence
from typing import Protocol

from cyclades.domain.model.token import Claims, Revocation


class TokenFormat(Protocol):
    """Claims to text and back; nobody else can make or change such a text."""

    def write(self, claims: Claims) -> str:
        """The token: ASCII, fit for a header, never the same twice."""
        ...

    def read(self, token: str) -> Claims:
        """What the token says, expired or not. Raises Unauthenticated for any other text."""
        ...


class RevocationLog(Protocol):
    """What other processes revoked. Each call is one statement, outside any transaction."""

    def after(self, seq: int) -> tuple[int, Sequence[Revocation]]:
        """The highest number there is, and the revocations with numbers above `seq`."""
        ...
