"""Flavors in SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    delete,
    exists,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.schema.flavors import flavor_access, flavors
from cyclades.domain.model.errors import AlreadyExists, InvalidInput, NotFound
from cyclades.domain.model.flavor import Flavor, FlavorQuery
from cyclades.domain.model.sharing import Scope
from cyclades.ports.flavors import FlavorRepository

FIELDS = tuple(Flavor.__dataclass_fields__)


class SqlFlavors(FlavorRepository):
    """One row a flavor; extra specs in a column, for they are always read with it."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, flavor: Flavor) -> None:
        values = {name: getattr(flavor, name) for name in FIELDS}
        values["extra_specs"] = _specs_text(flavor.extra_specs)
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(flavors).values(values))
        except IntegrityError as error:
            said = f"Flavor with name {flavor.name} or ID {flavor.id} already exists."
            raise AlreadyExists(said) from error

    def get(self, scope: Scope, flavor_id: str) -> Flavor:
        query = _rows().where(flavors.c.id == flavor_id, _seen_by(scope))
        return self._one(query, flavor_id)

    def list(self, scope: Scope, query: FlavorQuery) -> Sequence[Flavor]:
        kept = [flavors.c.ram >= query.min_ram, flavors.c.disk >= query.min_disk, _seen_by(scope)]
        if query.is_public is not None:
            kept.append(_given(scope) if query.is_public else ~flavors.c.is_public)
        if not query.with_disabled:
            kept.append(~flavors.c.disabled)
        column = flavors.c[query.sort_by]
        if query.marker is not None:
            kept.append(self._after(scope, query, query.marker))
        order = [item.desc() if query.descending else item.asc() for item in (column, flavors.c.id)]
        rows = self._connection.execute(_rows().where(*kept).order_by(*order).limit(query.limit))
        return [_flavor(row) for row in rows]

    def count(self) -> int:
        return self._connection.execute(select(func.count()).select_from(flavors)).scalar_one()

    def describe(self, flavor_id: str, description: str | None) -> None:
        self._change(flavor_id, description=description)

    def change_specs(self, flavor_id: str, put: Mapping[str, str], drop: Sequence[str]) -> None:
        query = _rows().where(flavors.c.id == flavor_id).with_for_update()
        specs = dict(self._one(query, flavor_id).extra_specs)
        for key in drop:
            if specs.pop(key, None) is None:
                raise NotFound("extra spec", key)
        self._change(flavor_id, extra_specs=_specs_text(specs | dict(put)))

    def remove(self, flavor_id: str) -> None:
        done = self._connection.execute(delete(flavors).where(flavors.c.id == flavor_id))
        if not done.rowcount:
            raise NotFound("flavor", flavor_id)

    def projects(self, flavor_id: str) -> Sequence[str]:
        query = select(flavor_access.c.project_id).where(flavor_access.c.flavor_id == flavor_id)
        found = self._connection.execute(query.order_by(flavor_access.c.project_id)).scalars()
        return list(found)

    def allow(self, flavor_id: str, project_id: str) -> None:
        values = {"flavor_id": flavor_id, "project_id": project_id}
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(flavor_access).values(values))
        except IntegrityError as error:
            said = f"Flavor access already exists for flavor {flavor_id} and project {project_id}."
            raise AlreadyExists(said) from error

    def disallow(self, flavor_id: str, project_id: str) -> None:
        done = self._connection.execute(
            delete(flavor_access).where(
                flavor_access.c.flavor_id == flavor_id, flavor_access.c.project_id == project_id
            )
        )
        if not done.rowcount:
            raise NotFound("flavor access", f"{flavor_id} / {project_id} combination")

    def _one(self, query: Select[Any], flavor_id: str) -> Flavor:
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("flavor", flavor_id)
        return _flavor(row)

    def _change(self, flavor_id: str, **values: object) -> None:
        done = self._connection.execute(
            update(flavors).where(flavors.c.id == flavor_id).values(**values)
        )
        if not done.rowcount:
            raise NotFound("flavor", flavor_id)

    def _after(self, scope: Scope, query: FlavorQuery, marker: str) -> ColumnElement[bool]:
        # In the order of (sort key, id): ids alone tell equal keys apart.
        try:
            last = self.get(scope, marker)
        except NotFound as error:
            raise InvalidInput(f"marker [{marker}] not found", "marker") from error
        here = tuple_(flavors.c[query.sort_by], flavors.c.id)
        there = (getattr(last, query.sort_by), last.id)
        return here < there if query.descending else here > there


def _rows() -> Select[Any]:
    return select(*(flavors.c[name] for name in FIELDS))


def _given(scope: Scope) -> ColumnElement[bool]:
    access = exists().where(
        flavor_access.c.flavor_id == flavors.c.id,
        flavor_access.c.project_id == scope.project_id,
    )
    return flavors.c.is_public | access


def _seen_by(scope: Scope) -> ColumnElement[bool]:
    return flavors.c.id.is_not(None) if scope.everything else _given(scope)


def _specs_text(specs: Mapping[str, str]) -> str:
    return orjson.dumps(dict(specs), option=orjson.OPT_SORT_KEYS).decode()


def _flavor(row: Row[*tuple[Any, ...]]) -> Flavor:
    values = dict(zip(FIELDS, row, strict=True))
    return Flavor(**values | {"extra_specs": orjson.loads(values["extra_specs"])})
