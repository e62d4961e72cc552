"""Keypairs: a user's public keys, for the guests of their servers."""

from dataclasses import dataclass
from datetime import datetime

SSH = "ssh"


@dataclass(frozen=True, slots=True)
class Keypair:
    """`type` is ssh or x509; `fingerprint` is MD5 in hex pairs, as OpenStack shows it."""

    id: str
    user_id: str
    name: str
    type: str
    public_key: str
    fingerprint: str
    created: datetime
