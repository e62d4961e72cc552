"""Lists by key: filters, order and pages as SQL."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)

from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope

Values = tuple[Any, ...]
Condition = Callable[[Values], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """How one noun's rows are found: `attributes` are columns by the names clients use.

    `truths` are booleans that depend on who asks.
    """

    kind: str
    table: Table
    attributes: Mapping[str, Column[Any]]
    conditions: Mapping[str, Condition]
    visible: Callable[[Scope], ColumnElement[bool]]
    truths: Mapping[str, Callable[[Scope], ColumnElement[bool]]] = field(default_factory=dict)

    def page(
        self, connection: Connection, query: Select[Any], listing: Listing
    ) -> Sequence[Row[Any]]:
        """The rows of `query` that the listing asks for."""
        query = seen = query.where(self.visible(listing.scope))
        for name, values in listing.filters.items():
            query = query.where(self._condition(listing.scope, name, values))
        wanted: dict[str, bool] = {}
        for key in listing.order:  # named again, it is without meaning, but not without cost
            wanted.setdefault(key.attribute, key.descending)
        keys = [(ordered(self.attributes[name]), descends) for name, descends in wanted.items()]
        keys.append((self.table.c.id, False))
        if listing.backwards:
            keys = [(column, not descending) for column, descending in keys]
        if listing.marker is not None:
            marked = seen.with_only_columns(*(column for column, _ in keys))
            query = query.where(after(keys, self._marked(connection, marked, listing.marker)))
        query = query.order_by(*(c.desc() if descending else c for c, descending in keys))
        if listing.offset:
            query = query.offset(listing.offset)
        rows = connection.execute(query.limit(listing.limit)).all()
        return rows[::-1] if listing.backwards else rows

    def count(self, connection: Connection, listing: Listing) -> int:
        """How many rows there are on all pages."""
        conditions = [self._condition(listing.scope, *each) for each in listing.filters.items()]
        query = select(func.count()).select_from(self.table)
        found = connection.execute(query.where(self.visible(listing.scope), *conditions))
        return int(found.scalar_one())

    def _condition(self, scope: Scope, name: str, values: Values) -> ColumnElement[bool]:
        if name in self.truths:
            true_for = self.truths[name](scope)
            return or_(*(true_for if value else ~true_for for value in values))
        if name in TAG_CONDITIONS:
            return TAG_CONDITIONS[name]([holds(self.table.c.tags, value) for value in values])
        if name in self.conditions:
            return self.conditions[name](values)
        column = self.attributes[name]
        return column == values[0] if len(values) == 1 else column.in_(values)

    def _marked(self, connection: Connection, query: Select[Any], marker: str) -> Row[Any]:
        row = connection.execute(query.where(self.table.c.id == marker)).one_or_none()
        if row is None:
            raise NotFound(self.kind, marker)
        return row


def ordered(column: Column[Any]) -> ColumnElement[Any]:
    """What to sort by: no text goes as an empty one, for NULL is neither before nor after."""
    return (
        func.coalesce(column, "") if column.nullable and isinstance(column.type, String) else column
    )


def after(
    keys: Sequence[tuple[ColumnElement[Any], bool]], row: Sequence[Any]
) -> ColumnElement[bool]:
    """Strictly after a row in this order; its values, or where they stand."""
    steps: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for (column, descending), found in zip(keys, row, strict=True):
        stands = isinstance(found, ColumnElement)
        value = found if stands else literal(found, column.type)  # a bare boolean is never less
        steps.append(and_(*same, column < value if descending else column > value))
        same.append(column == value)
    return or_(*steps)


def owned(table: Table) -> Callable[[Scope], ColumnElement[bool]]:
    """Nouns that nobody shares: one's own project's, or everything."""
    return lambda scope: true() if scope.everything else table.c.project_id == scope.project_id


def holds(tags: Column[Any], tag: str) -> ColumnElement[bool]:
    """Whether a JSON list of texts has this one; exact, and alike on every database."""
    text = type_coerce(tags, Text)
    return func.replace(text, json.dumps(tag, ensure_ascii=False), "") != text


def contains(column: Column[Any]) -> Condition:
    """Whether a text has one of these in it."""
    return lambda words: or_(*(column.contains(word, autoescape=True) for word in words))


def has_texts(column: Column[Any], texts: Mapping[str, str]) -> ColumnElement[bool]:
    """Whether a JSON object of texts has all of these; exact, and alike on every database."""
    stored = type_coerce(column, Text)
    # Quotes within texts are escaped, so that a pair matches at whole texts only.
    pairs = (f"{json.dumps(name)}:{json.dumps(value)}" for name, value in texts.items())
    return and_(true(), *(func.replace(stored, pair, "") != stored for pair in pairs))


TAG_CONDITIONS: Mapping[str, Callable[[Sequence[ColumnElement[bool]]], ColumnElement[bool]]] = {
    "tags": lambda has: and_(*has),
    "tags-any": lambda has: or_(*has),
    "not-tags": lambda has: ~and_(*has),
    "not-tags-any": lambda has: ~or_(*has),
}
