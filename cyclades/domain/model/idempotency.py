"""Idempotent creation: the first answer to a key is the answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer as it was given: status, Location header and body bytes."""

    fingerprint: str
    status: int
    location: str
    body: bytes


MAX_KEY = 255
