"""Where keypairs are kept."""

from collections.abc import Sequence
from typing import Protocol

from cyclades.domain.model.keypair import Keypair


class KeypairRepository(Protocol):
    """A user's keypairs, by name."""

    def add(self, keypair: Keypair) -> None:
        """Keep it. Raises AlreadyExists when the user has one of that name."""
        ...

    def get(self, user_id: str, name: str) -> Keypair:
        """Raises NotFound."""
        ...

    def list(self, user_id: str, limit: int, marker: str | None = None) -> Sequence[Keypair]:
        """By name, at most `limit`, after the one called `marker`. NotFound for a bad marker."""
        ...

    def count(self, user_id: str) -> int:
        """How many the user has."""
        ...

    def remove(self, user_id: str, name: str) -> None:
        """Raises NotFound."""
        ...


class KeyMaker(Protocol):
    """Key material: making and reading it."""

    def generate(self, kind: str, comment: str) -> tuple[str, str]:
        """(private PEM, public key) of a new key of this type (ssh or x509)."""
        ...

    def fingerprint(self, kind: str, public_key: str) -> str:
        """Colon-separated MD5 of a public key. Raises InvalidInput when it is none."""
        ...
