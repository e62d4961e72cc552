"""Secrets sealed with a key file (Fernet: AES-128-CBC and HMAC-SHA256)."""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from cyclades.ports.secrets import Secrets


class KeyFileSecrets(Secrets):
    """The file holds one key a line: the first seals, all unseal (so keys rotate)."""

    def __init__(self, path: Path) -> None:
        """Read the keys; the first run makes the file (mode 0600)."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(Fernet.generate_key() + b"\n")
        self._fernet = MultiFernet([Fernet(line) for line in path.read_bytes().split()])

    def seal(self, plain: bytes) -> bytes:
        """Encrypt with the newest key."""
        return self._fernet.encrypt(plain)

    def unseal(self, sealed: bytes) -> bytes:
        """Decrypt with any key. Raises ValueError."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise ValueError("sealed with another key, or damaged") from error
