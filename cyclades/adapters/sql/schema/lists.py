"""Short lists inside a row, as JSON text."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Dialect, Text, TypeDecorator


class JsonTuple(TypeDecorator[tuple[Any, ...]]):
    """A tuple of texts, or of `item`s (named tuples)."""

    impl = Text
    cache_ok = True  # its key has the public attribute `item`

    def __init__(self, item: Callable[..., Any] | None = None) -> None:
        """`item` makes one of its parts."""
        super().__init__()
        self.item = item

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> str | None:
        """To text."""
        del dialect
        return None if value is None else json.dumps(list(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Any, ...] | None:
        """From text."""
        del dialect
        if value == "[]":  # as most are
            return ()
        if value is None:
            return None
        parts = json.loads(value)
        return tuple(self.item(*part) for part in parts) if self.item else tuple(parts)
