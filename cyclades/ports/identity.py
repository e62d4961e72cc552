"""Who a token belongs to. Everything else about identity is the provider's own."""

from typing import Protocol

from cyclades.domain.model.identity import Caller


class IdentityProvider(Protocol):
    """Turns a token into a caller, at no database statement on the hot path."""

    def caller(self, token: str) -> Caller:
        """The token's caller. Raises Unauthenticated for anything but a valid token.

        A revoked token, a disabled user or project and a removed role are refused within
        60 s by every process, at once by the process that did it.
        """
        ...

    def look_again(self) -> None:
        """Something was revoked by this process: do not answer from memory alone."""
        ...
