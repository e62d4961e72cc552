"""Documents in the memory of one process, for tests and throw-away worlds."""

from threading import Lock

from cyclades.ports.documents import Documents


class MemoryDocuments(Documents):
    """A dictionary with versions."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = Lock()
        self._documents: dict[str, tuple[int, bytes]] = {}

    def read(self, name: str) -> tuple[int, bytes] | None:
        """(version, content), or None."""
        with self._lock:
            return self._documents.get(name)

    def version(self, name: str) -> int:
        """The version, 0 when there is no such document."""
        with self._lock:
            return self._documents.get(name, (0, b""))[0]

    def write(self, name: str, seen: int, content: bytes) -> bool:
        """Compare and set."""
        with self._lock:
            if self._documents.get(name, (0, b""))[0] != seen:
                return False
            self._documents[name] = (seen + 1, content)
            return True
