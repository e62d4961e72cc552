"""Statements that were put together once serve all applications of this process.

Each engine learns its statements anew, which is most of what a short test does. The engines
here differ in their databases alone: what one has learned is true for all of its kind.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect
from sqlalchemy.util import LRUCache

if TYPE_CHECKING:
    from cyclades.bootstrap import Application

MOST = 4000  # of one kind; an application has some hundreds


@dataclass(frozen=True, slots=True)
class Learned:
    """By the engines of one kind; a statement's key has its dialect in it."""

    dialect: Dialect
    statements: "LRUCache[Any, Any]" = field(default_factory=lambda: LRUCache(MOST))


_learned: dict[str, Learned] = {}


def learn_together(application: "Application") -> None:
    """Let its engines know what others know already."""
    engine: Any = application.engine
    kind = engine.dialect.name
    # Dialects find out what their server can do with the first connection.
    if kind not in _learned or getattr(_learned[kind].dialect, "server_version_info", None) is None:
        _learned[kind] = Learned(engine.dialect)
    known = _learned[kind]
    engine.pool._dialect = known.dialect
    for one in (engine, application.reading_engine):
        one.dialect, one._compiled_cache = known.dialect, known.statements
