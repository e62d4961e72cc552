"""Transfers: volumes that wait for a new owner, who shows a key."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

KEY_BITS = 128


@dataclass(frozen=True, slots=True)
class VolumeTransfer:
    """`key_hash`: only a digest of the key is kept. `no_snapshots`: the volume's stay."""

    id: str
    project_id: str
    volume_id: str
    name: str | None
    key_hash: str
    no_snapshots: bool
    created: datetime

    def opened_by(self, key: str) -> bool:
        """Whether this is its key."""
        return hmac.compare_digest(self.key_hash, digest(key))


def digest(key: str) -> str:
    """What is kept of a key, which is long and random."""
    return hashlib.sha256(key.encode()).hexdigest()
