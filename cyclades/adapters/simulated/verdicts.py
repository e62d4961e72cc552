"""How checks fail, in Ganeti's words: `[error class, [text, error code]]`."""

from typing import Any

Failure = list[Any] | None


def prereq(text: str, code: str) -> list[Any]:
    """A failure before anything was touched."""
    return ["OpPrereqError", [text, code]]
