"""The ports' documents as they were last seen: in force while the API is away."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from cyclades_node.document import BadDocument, Document, read_document
from cyclades_node.nic import write_whole

KEPT = 30 * 86400.0  # seconds


class Documents:
    """A file a port."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def get(self, port: str) -> Document | None:
        """None where there is none, or none that makes sense."""
        try:
            return read_document(json.loads(self._path(port).read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None

    def digest(self, port: str) -> str:
        """Of the one that we have; empty for none."""
        document = self.get(port)
        return document.digest if document else ""

    def put(self, port: str, said: Any) -> Document | None:
        """Keep what the API said; None is: there is no such port. Raises BadDocument."""
        if said is None:
            self._path(port).unlink(missing_ok=True)
            return None
        document = read_document(said)
        if document.port != port:
            raise BadDocument(f"asked for port {port}, got {document.port}")
        write_whole(self._path(port), json.dumps(said))
        return document

    def prune(self, there: set[str]) -> None:
        """Drop those of ports that have not been here for long."""
        for path in self._folder.glob("*.json"):
            old = time.time() - path.stat().st_mtime > KEPT
            if old and path.stem not in there:
                path.unlink(missing_ok=True)

    def _path(self, port: str) -> Path:
        return self._folder / f"{port}.json"
