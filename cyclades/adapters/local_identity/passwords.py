"""Passwords and other secrets, hashed with argon2id."""

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from cyclades.ports.passwords import PasswordHasher

LANES = 1


class Argon2Passwords(PasswordHasher):
    """Hashes carry their own salt and parameters."""

    def __init__(self, passes: int, memory_kib: int) -> None:
        """The costs: raising them rehashes each password at its next login."""
        self._argon2 = Argon2(passes, memory_kib, LANES, type=Type.ID)
        self._nobody = self._argon2.hash("the password of nobody")

    def hash(self, password: str) -> str:
        """A new salt each time."""
        return self._argon2.hash(password)

    def verify(self, hashed: str, password: str) -> bool:
        """Always one computation, whether there is a hash or not."""
        try:
            self._argon2.verify(hashed or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(hashed)

    def outdated(self, hashed: str) -> bool:
        """Ask argon2."""
        return self._argon2.check_needs_rehash(hashed)
