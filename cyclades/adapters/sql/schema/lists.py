"""Short lists inside a row, as text."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Dialect, Text, TypeDecorator


class Words(TypeDecorator[tuple[str, ...]]):
    """A tuple of words, kept with spaces between them."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:
        """To text."""
        del dialect
        return None if value is None else " ".join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """From text."""
        del dialect
        return tuple((value or "").split())


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
