"""Processes of dnsmasq: started in the background, found again by their configuration."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from cyclades_node.nic import write_whole

PATIENCE = 10.0  # seconds to be ready


class DnsmasqTrouble(Exception):
    """It did not start."""


def start(folder: Path, namespace: str = "") -> None:
    """With `folder`'s conf. Raises DnsmasqTrouble."""
    inside = ["/usr/sbin/ip", "netns", "exec", namespace] if namespace else []
    # Its errors go to a file: a pipe would stay open in the one that goes into the background.
    with (folder / "errors").open("w+", encoding="utf-8") as errors:
        try:
            done = subprocess.run(  # noqa: S603  our own words, no shell
                [*inside, "/usr/sbin/dnsmasq", f"--conf-file={folder}/conf"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                timeout=PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DnsmasqTrouble(str(error)) from error
        if done.returncode:
            errors.seek(0)
            raise DnsmasqTrouble(errors.read(2000).strip())


def stop(folder: Path) -> None:
    """If it runs."""
    if pid := running(folder):
        os.kill(pid, signal.SIGTERM)


def running(folder: Path) -> int | None:
    """The process that has `folder`'s conf."""
    with suppress(OSError, ValueError):
        pid = int((folder / "pid").read_text())
        if f"{folder}/conf".encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return None


def has(path: Path, text: str) -> bool:
    """Whether the file has it already."""
    with suppress(OSError):
        return path.read_text(encoding="utf-8") == text
    return False


def put(path: Path, text: str) -> bool:
    """Write it, for all to read; whether the file had it already."""
    if has(path, text):
        return True
    write_whole(path, text)
    path.chmod(0o644)
    return False
