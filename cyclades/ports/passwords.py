"""Secrets that people and programs prove to know."""

from typing import Protocol


class PasswordHasher(Protocol):
    """Slow, salted hashes."""

    def hash(self, password: str) -> str:
        """A new hash; two calls never give the same."""
        ...

    def verify(self, hashed: str, password: str) -> bool:
        """Whether it is the password. An empty hash takes as long and is always wrong."""
        ...

    def outdated(self, hashed: str) -> bool:
        """Made with other parameters than today's."""
        ...
