"""Identifiers and chance, as a port."""

from typing import Protocol


class Ids(Protocol):
    """Where new identifiers come from."""

    def new(self) -> str:
        """A UUIDv7 in canonical form: sorts by creation."""
        ...

    def token(self, bits: int = 256) -> str:
        """An unguessable URL-safe text of at least this many bits."""
        ...

    def password(self) -> str:
        """A random password of 12 letters and digits, upper, lower and digit each present."""
        ...

    def mac(self, prefix: str) -> str:
        """A random MAC address with this prefix ("aa:00:01")."""
        ...
