"""Volume types in SQL."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
    true,
)
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.listing import Shelf, has_texts
from cyclades.adapters.sql.schema.volumes import (
    snapshots,
    volume_type_access,
    volume_types,
    volumes,
)
from cyclades.adapters.sql.versioned import fields_of, save, values_of
from cyclades.domain.model.errors import AlreadyExists, Conflict, NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_type import VolumeType
from cyclades.ports.volume_types import VolumeTypeRepository

TABLE = volume_types.c
STORED = tuple(column.name for column in volume_types.columns)
NO_PROJECT = ""


def seen_by(scope: Scope) -> ColumnElement[bool]:
    """Public types, and those that the project was given."""
    if scope.everything:
        return true()
    given = exists().where(
        volume_type_access.c.type_id == TABLE.id,
        volume_type_access.c.project_id == (scope.project_id or NO_PROJECT),
    )
    return or_(TABLE.is_public, given)


SHELF = Shelf(
    "volume type",
    volume_types,
    {
        "id": TABLE.id,
        "name": TABLE.name,
        "description": TABLE.description,
        "is_public": TABLE.is_public,
        "created_at": TABLE.created,
        "updated_at": TABLE.updated,
    },
    {"extra_specs": lambda wanted: and_(*(has_texts(TABLE.extra_specs, e) for e in wanted))},
    seen_by,
)


class SqlVolumeTypes(VolumeTypeRepository):
    """One row a type; extra specs in a column, for they are always read with it."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, kind: VolumeType) -> None:
        """Insert."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(volume_types), values_of(kind, STORED))
        except IntegrityError as error:
            raise _taken(kind) from error

    def get(self, scope: Scope, type_id: str) -> VolumeType:
        """Select one."""
        return self._one(select(volume_types).where(TABLE.id == type_id, seen_by(scope)), type_id)

    def named(self, scope: Scope, name: str) -> VolumeType:
        """Select by either; an id comes before a name that looks like it."""
        either = or_(TABLE.id == name, TABLE.name == name)
        query = select(volume_types).where(either, seen_by(scope))
        return self._one(query.order_by((TABLE.id == name).desc()).limit(1), name)

    def lock(self, type_id: str) -> VolumeType:
        """Select one, locked."""
        return self._one(select(volume_types).where(TABLE.id == type_id).with_for_update(), type_id)

    def list(self, listing: Listing) -> Sequence[VolumeType]:
        """Select a page."""
        rows = SHELF.page(self._connection, select(volume_types), listing)
        return [_type_of(row) for row in rows]

    def names(self, scope: Scope) -> Sequence[str]:
        """Select."""
        query = select(TABLE.name).where(seen_by(scope)).order_by(TABLE.name)
        return list(self._connection.execute(query).scalars())

    def save(self, kind: VolumeType) -> VolumeType:
        """Update the version before."""
        changed = replace(kind, version=kind.version + 1)
        try:
            with self._connection.begin_nested():
                save(self._connection, volume_types, changed, STORED)
        except IntegrityError as error:
            raise _taken(kind) from error
        return changed

    def remove(self, type_id: str) -> None:
        """Delete; what refers to it is in the way."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(delete(volume_types).where(TABLE.id == type_id))
        except IntegrityError as error:
            said = f"Volume type deletion failed: {type_id} is in use: volumes are of that type."
            raise Conflict(said) from error

    def used(self, type_id: str) -> bool:
        """Select."""
        mine = (exists().where(table.c.type_id == type_id) for table in (volumes, snapshots))
        return bool(self._connection.execute(select(or_(*mine))).scalar())

    def projects(self, type_id: str) -> Sequence[str]:
        """Select."""
        given = volume_type_access.c
        query = select(given.project_id).where(given.type_id == type_id)
        return list(self._connection.execute(query.order_by(given.project_id)).scalars())

    def allow(self, type_id: str, project_id: str) -> None:
        """Insert."""
        values = {"type_id": type_id, "project_id": project_id}
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(volume_type_access), values)
        except IntegrityError as error:
            said = f"Volume type access for {type_id} / {project_id} combination already exists."
            raise AlreadyExists(said) from error

    def disallow(self, type_id: str, project_id: str) -> None:
        """Delete."""
        given = volume_type_access.c
        mine = delete(volume_type_access).where(
            given.type_id == type_id, given.project_id == project_id
        )
        if not self._connection.execute(mine).rowcount:
            raise NotFound("volume type access", f"{type_id} / {project_id} combination")

    def _one(self, query: Select[Any], name: str) -> VolumeType:
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("volume type", name[:64])
        return _type_of(row)


def _type_of(row: Row[Any]) -> VolumeType:
    return VolumeType(**fields_of(row))


def _taken(kind: VolumeType) -> AlreadyExists:
    return AlreadyExists(f"Volume Type {kind.name} already exists.")
