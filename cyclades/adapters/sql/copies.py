"""Copies of volumes in SQL: what the rows of snapshots and of backups have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Row, Table, and_, bindparam, delete, insert, select

from cyclades.adapters.sql.listing import Condition, Shelf, contains, has_texts, owned
from cyclades.adapters.sql.versioned import save, values_of
from cyclades.adapters.sql.visibility import within
from cyclades.domain.model.backup import Backup
from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.snapshot import Snapshot

T = TypeVar("T", Snapshot, Backup)
SAME = ("id", "name", "description", "project_id", "user_id", "volume_id", "size", "status")
ALSO = {"created_at": "created", "updated_at": "updated"}


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """One kind of copy: its table, how a row is read, and what lists can be asked."""

    noun: str
    table: Table
    read: Callable[[Row[Any]], T]
    shelf: Shelf

    @property
    def stored(self) -> Sequence[str]:
        """The columns, which are the model's attributes."""
        return self.table.columns.keys()


def shelf_of(
    noun: str, table: Table, columns: Sequence[str], filters: Mapping[str, Condition]
) -> Shelf:
    """What lists of copies can be asked; `columns` and `filters` are this kind's own."""
    named = {name: table.c[name] for name in (*SAME, *columns)}
    return Shelf(
        noun,
        table,
        named | {name: table.c[column] for name, column in ALSO.items()},
        {
            "metadata": lambda wanted: and_(
                *(has_texts(table.c.metadata, each) for each in wanted)
            ),
            **{f"{name}~": contains(table.c[name]) for name in ("name", "status", "volume_id")},
            **filters,
        },
        owned(table),
    )


class CopyRows(Generic[T]):
    """One row a copy: compare-and-set on the version column."""

    kind: Kind[T]

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, copy: T) -> None:
        """Insert."""
        self._connection.execute(insert(self.kind.table), values_of(copy, self.kind.stored))

    def show(self, scope: Scope, copy_id: str) -> T:
        """Select one."""
        return self._seen(scope, copy_id, claimed=False)

    def get(self, scope: Scope, copy_id: str) -> T:
        """Select one, claimed."""
        return self._seen(scope, copy_id, claimed=True)

    def by_id(self, copy_id: str) -> T | None:
        """Select any, claimed."""
        return self._one(None, copy_id, claimed=True)

    def list(self, listing: Listing) -> Sequence[T]:
        """Select a page."""
        rows = self.kind.shelf.page(self._connection, select(self.kind.table), listing)
        return [self.kind.read(row) for row in rows]

    def count(self, listing: Listing) -> int:
        """Count."""
        return self.kind.shelf.count(self._connection, listing)

    def save(self, copy: T) -> T:
        """Update the version before."""
        changed = replace(copy, version=copy.version + 1)
        save(self._connection, self.kind.table, changed, self.kind.stored)
        return changed

    def remove(self, copy: T) -> None:
        """Delete the version that was read."""
        columns = self.kind.table.c
        mine = delete(self.kind.table).where(columns.id == copy.id, columns.version == copy.version)
        if not self._connection.execute(mine).rowcount:
            raise StaleVersion(f"{copy.id} was changed by somebody else; please try again.")

    def _seen(self, scope: Scope, copy_id: str, *, claimed: bool) -> T:
        found = self._one(scope, copy_id, claimed=claimed)
        if found is None:
            raise NotFound(self.kind.noun, copy_id[:64])
        return found

    def _one(self, scope: Scope | None, copy_id: str, *, claimed: bool) -> T | None:
        table = self.kind.table
        query = select(table).where(table.c.id == bindparam("same"))
        if scope is not None:
            query = query.where(within(table, scope))
        if claimed:
            query = query.with_for_update()
        row = self._connection.execute(query, {"same": copy_id}).one_or_none()
        return self.kind.read(row) if row else None
