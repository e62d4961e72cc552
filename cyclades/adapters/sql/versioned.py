"""Rows that carry a version: saved only over the version before."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, update

from cyclades.adapters.sql.upserts import UPSERTS
from cyclades.domain.model.errors import StaleVersion


def values_of(thing: object, names: Sequence[str]) -> dict[str, Any]:
    """These attributes by name."""
    return {name: getattr(thing, name) for name in names}


def fields_of(row: Row[Any]) -> dict[str, Any]:
    """A row's columns by name."""
    # Twice as fast as the mapping that a row also is.
    return dict(zip(row._fields, row, strict=True))


def save(connection: Connection, table: Table, thing: Any, names: Sequence[str]) -> None:
    """Write the version after the stored one. Raises StaleVersion."""
    done = connection.execute(
        update(table)
        .where(table.c.id == thing.id, table.c.version == thing.version - 1)
        .values(values_of(thing, names))
    )
    if not done.rowcount:
        raise StaleVersion(f"{thing.id} was changed by somebody else; please try again.")


def insert_unless_there(connection: Connection, table: Table, rows: Any) -> int:
    """Insert what violates no constraint of uniqueness; how many rows that were."""
    statement = UPSERTS[connection.dialect.name](table).on_conflict_do_nothing()
    # Values as parameters: one statement for all, which is compiled once.
    values = rows[0] if len(rows) == 1 else rows
    # Without this option the count of an INSERT is -1 once its cursor is closed.
    done = connection.execute(statement, values, execution_options={"preserve_rowcount": True})
    return int(done.rowcount)
