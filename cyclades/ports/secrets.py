"""Secrets at rest, as a port."""

from typing import Protocol


class Secrets(Protocol):
    """Authenticated encryption with the installation's key."""

    def seal(self, plain: bytes) -> bytes:
        """Encrypt; two calls never give the same bytes."""
        ...

    def unseal(self, sealed: bytes) -> bytes:
        """Decrypt. Raises ValueError when the bytes were tampered with or the key is another."""
        ...

    def derived(self, purpose: str) -> "Secrets":
        """The same with keys of their own: what one purpose sealed, no other unseals."""
        ...
