"""Adapters are entry points, named in the ini file."""

from functools import cache
from importlib.metadata import entry_points
from typing import Any


@cache  # what is installed is read once: it takes as long as a dozen requests
def adapter(group: str, name: str) -> Any:
    """The factory that an entry point names. Raises LookupError."""
    found = entry_points(group=f"cyclades.{group}", name=name)
    if not found:
        raise LookupError(f"no adapter {name!r} in cyclades.{group}")
    return next(iter(found)).load()
