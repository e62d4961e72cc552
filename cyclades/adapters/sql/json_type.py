"""JSON in a text column: the same on every database, and exactly what was stored."""

import json
from typing import Any

from sqlalchemy import Dialect, Text, TypeDecorator


class JsonText(TypeDecorator[Any]):
    """Objects stay mappings, lists come back as tuples."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To text."""
        del dialect
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From text."""
        del dialect
        if value is None:
            return None
        loaded = json.loads(value)
        return tuple(loaded) if isinstance(loaded, list) else loaded
