"""Identifiers and chance from the operating system."""

import secrets
import string
import time

from cyclades.ports.ids import Ids

ALPHABET = string.ascii_letters + string.digits
VERSION_7 = 0x7 << 76
VARIANT = 0x2 << 62


class SystemIds(Ids):
    """UUIDv7 (RFC 9562): 48 bits of milliseconds, the rest is chance."""

    def new(self) -> str:
        """A UUIDv7 in canonical form."""
        value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80
        value |= VERSION_7 | secrets.randbits(12) << 64 | VARIANT | secrets.randbits(62)
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def token(self, bits: int = 256) -> str:
        """URL-safe random text."""
        return secrets.token_urlsafe(bits // 8)

    def password(self) -> str:
        """12 characters with each kind at least once."""
        kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
        letters = [secrets.choice(kind) for kind in kinds]
        letters += [secrets.choice(ALPHABET) for _ in range(12 - len(kinds))]
        secrets.SystemRandom().shuffle(letters)
        return "".join(letters)

    def mac(self, prefix: str) -> str:
        """The prefix and random octets."""
        missing = 6 - len(prefix.split(":"))
        return ":".join([prefix, *(f"{secrets.randbits(8):02x}" for _ in range(missing))])
