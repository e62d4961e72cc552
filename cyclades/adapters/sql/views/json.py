"""JSON made by the database: one spelling for PostgreSQL and SQLite.

SQLite before 3.44 has no ORDER BY in aggregates: the order is the subquery's, everywhere.
Aggregates over no rows are null on PostgreSQL and empty on SQLite.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Text, cast, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

SPELLINGS: Mapping[str, Mapping[str, str]] = {
    "postgresql": {
        "json_map": "json_build_object",
        "json_list": "json_agg",
        "json_by_key": "json_object_agg",
        "json_parsed": "",
    },
    "sqlite": {
        "json_map": "json_object",
        "json_list": "json_group_array",
        "json_by_key": "json_group_object",
        # A subquery's JSON is plain text to the query around it.
        "json_parsed": "json",
    },
}


class JsonMap(GenericFunction[Any]):
    """An object: name, value, name, value, ..."""

    name = "json_map"
    inherit_cache = True


class JsonList(GenericFunction[Any]):
    """Aggregate: a list."""

    name = "json_list"
    inherit_cache = True


class JsonByKey(GenericFunction[Any]):
    """Aggregate: an object of (key, value) rows."""

    name = "json_by_key"
    inherit_cache = True


class JsonParsed(GenericFunction[Any]):
    """A column of a subquery that is JSON already."""

    name = "json_parsed"
    inherit_cache = True


def _spell(element: Any, compiler: Any, **words: Any) -> str:
    spelling = SPELLINGS[compiler.dialect.name][element.name]
    return f"{spelling}({compiler.process(element.clauses, **words)})"


for _dialect in SPELLINGS:
    for _kind in (JsonMap, JsonList, JsonByKey, JsonParsed):
        compiles(_kind, _dialect)(_spell)


def json_map(entries: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """An object with these names, which are our own words."""
    names: list[ColumnElement[Any]] = [literal_column(f"'{name}'") for name in entries]
    return JsonMap(*chain.from_iterable(zip(names, entries.values(), strict=True)))


def json_list(rows: Subquery) -> ColumnElement[Any]:
    """The rows' column `entry`, as the text of a list."""
    return select(cast(_entries(rows), Text)).scalar_subquery()


def json_grouped(rows: Subquery) -> ColumnElement[Any]:
    """The same, as the text of an object of lists by the column `key`, the rows' first order."""
    lists = select(rows.c.key, _entries(rows).label("entries")).group_by(rows.c.key).subquery()
    grouped = JsonByKey(lists.c.key, JsonParsed(lists.c.entries))
    return select(cast(grouped, Text)).scalar_subquery()


def _entries(rows: Subquery) -> ColumnElement[Any]:
    return JsonList(JsonParsed(rows.c.entry))
