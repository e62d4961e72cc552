"""How far the build is, for the server's user: through `cyclades-progress`, if it can."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).resolve().parents[2] / "cyclades-progress"
PATIENCE = 5.0  # seconds for the last of it


class Telling:
    """Never fails, never waits for long: a build does not depend on who listens."""

    def __init__(self, instance: str) -> None:
        """Say nothing yet."""
        self._percent = -1
        self._running: subprocess.Popen[bytes] | None = None
        try:
            self._running = subprocess.Popen(  # noqa: S603  our own program
                [str(PROGRAM), instance],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in ("CYCLADES_CONF",) if name in os.environ},
            )
        except OSError:
            self._running = None

    def copied(self, percent: float) -> None:
        """How much of disk 0 is there."""
        if int(percent) != self._percent:
            self._percent = int(percent)
            self._write({"type": "image-copy-progress", "progress": percent})

    def say(self, sentence: str) -> None:
        """What is done now."""
        print(sentence, flush=True)
        self._write({"type": "image-info", "messages": [sentence]})

    def fail(self, sentence: str) -> None:
        """Why it ends."""
        self._write({"type": "image-error", "messages": [sentence]})

    def close(self) -> None:
        """Let the last of it go."""
        if self._running is None:
            return
        try:
            self._running.communicate(timeout=PATIENCE)
        except (OSError, subprocess.TimeoutExpired):
            self._running.kill()
            self._running.wait()

    def _write(self, said: dict[str, Any]) -> None:
        if self._running is None or self._running.stdin is None:
            return
        try:
            self._running.stdin.write(json.dumps(said).encode() + b"\n")
            self._running.stdin.flush()
        except OSError:
            return
