"""The nft program: one script, one transaction."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from typing import Any

PATIENCE = 60.0  # seconds; a busy node, and all of its interfaces


class NftTrouble(Exception):
    """nft refused, or did not end; nothing has changed."""


def apply(lines: Iterable[str]) -> None:
    """All of it at once. Raises NftTrouble."""
    script = "\n".join(lines)
    if script:
        _run("-f", "-", script=script + "\n")


def read(*what: str) -> list[dict[str, Any]]:
    """What `nft list ...` has, as JSON; nothing where there is no such thing."""
    try:
        found: list[dict[str, Any]] = json.loads(_run("-j", "list", *what))["nftables"]
    except NftTrouble:
        return []
    return found


def _run(*arguments: str, script: str = "") -> str:
    try:
        done = subprocess.run(  # noqa: S603  our own words, no shell
            ["/usr/sbin/nft", *arguments],
            input=script,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NftTrouble(str(error)) from error
    if done.returncode:
        raise NftTrouble(done.stderr.strip()[:2000] or f"nft: exit {done.returncode}")
    return done.stdout
