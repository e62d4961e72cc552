"""INSERT ... ON CONFLICT: the two kinds of database have it under two names."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

UPSERTS: Mapping[str, Callable[..., Any]] = {
    "postgresql": postgres_insert,
    "sqlite": sqlite_insert,
}
