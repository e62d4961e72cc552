"""Secrets sealed with a key file (Fernet: AES-128-CBC and HMAC-SHA256)."""

import base64
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cyclades.ports.secrets import Secrets


class FernetSecrets(Secrets):
    """The first key seals, all unseal (so keys rotate)."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Fernet keys (32 bytes in URL-safe base64), newest first."""
        self._keys = tuple(keys)
        self._fernet = MultiFernet([Fernet(key) for key in self._keys])

    def seal(self, plain: bytes) -> bytes:
        """Encrypt with the newest key."""
        return self._fernet.encrypt(plain)

    def unseal(self, sealed: bytes) -> bytes:
        """Decrypt with any key. Raises ValueError."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise ValueError("sealed with another key, or damaged") from error

    def derived(self, purpose: str) -> "FernetSecrets":
        """HKDF of each key."""
        return FernetSecrets([_derived_key(key, purpose) for key in self._keys])


class KeyFileSecrets(FernetSecrets):
    """The installation's keys: a file with one a line, newest first."""

    def __init__(self, path: Path) -> None:
        """Read the keys; the first run makes the file (mode 0600)."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(Fernet.generate_key() + b"\n")
        super().__init__(path.read_bytes().split())


def _derived_key(key: bytes, purpose: str) -> bytes:
    kdf = HKDF(hashes.SHA256(), length=32, salt=None, info=f"cyclades {purpose}".encode())
    return base64.urlsafe_b64encode(kdf.derive(base64.urlsafe_b64decode(key)))
