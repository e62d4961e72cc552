"""The ip program."""

from __future__ import annotations

import json
import subprocess
from typing import Any

PATIENCE = 10.0  # seconds


class IpTrouble(Exception):
    """ip refused, or did not end."""


def ip(*words: str, fine: str = "") -> str:
    """What it printed. Raises IpTrouble, but not for an error that has `fine` in it."""
    try:
        done = subprocess.run(  # noqa: S603  our own words, no shell
            ["/usr/sbin/ip", *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise IpTrouble(str(error)) from error
    if done.returncode and not (fine and fine in done.stderr):
        raise IpTrouble(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def ip_json(*words: str) -> list[dict[str, Any]]:
    """What there is; nothing where ip finds no such table or device."""
    try:
        found: list[dict[str, Any]] = json.loads(ip("-j", *words) or "[]")
    except (IpTrouble, ValueError):
        return []
    return found
