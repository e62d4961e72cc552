"""A few versioned JSON documents, for adapters that keep a world of their own.

The simulated cluster lives in one: several processes share it through the database.
"""

from typing import Protocol


class Documents(Protocol):
    """Each call is a transaction of its own; never called inside another."""

    def read(self, name: str) -> tuple[int, bytes] | None:
        """(version, content), or None when there is no such document."""
        ...

    def version(self, name: str) -> int:
        """The document's version without its content; 0 when there is none."""
        ...

    def write(self, name: str, seen: int, content: bytes) -> bool:
        """Replace the document if its version is still `seen` (0: it does not exist).

        True when written (the version is then `seen + 1`), False when somebody was faster.
        """
        ...
