"""The identity service's records in SQL: one table a record, columns named as the fields."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.revocations import SqlRevocations
from cyclades.adapters.sql.schema import identity as tables
from cyclades.domain.model.application_credential import ApplicationCredential
from cyclades.domain.model.catalog import CatalogService, Endpoint, Region
from cyclades.domain.model.errors import AlreadyExists, NotFound
from cyclades.domain.model.project import Project
from cyclades.domain.model.role import Assignment, ImpliedRole, Role
from cyclades.domain.model.user import Group, Membership, User
from cyclades.ports.identity_store import Filters, IdentityStore, Records, Rows

T = TypeVar("T")


class SqlRows(Rows[T]):
    """Rows of one table as instances of one dataclass."""

    def __init__(self, connection: Connection, table: Table, kind: type[T], noun: str) -> None:
        """`noun` is what messages call a record."""
        self._connection = connection
        self._table = table
        self._kind = kind
        self._noun = noun
        self._names = [item.name for item in fields(kind)]  # type: ignore[arg-type]  # dataclasses
        self._columns = [table.c[name] for name in self._names]
        self._order = [table.c.name] if "name" in table.c else []

    def add(self, record: T) -> None:
        """Insert; the constraints decide between twins."""
        self._unless_taken(insert(self._table).values(self._values(record)))

    def find(self, filters: Filters) -> Sequence[T]:
        """Select, by name where there is one."""
        query = select(*self._columns).where(*self._where(filters))
        rows = self._connection.execute(query.order_by(*self._order, *self._table.primary_key))
        return [self._kind(*row) for row in rows]

    def remove(self, filters: Filters) -> int:
        """Delete."""
        return self._connection.execute(delete(self._table).where(*self._where(filters))).rowcount

    def _values(self, record: T) -> dict[str, Any]:
        return {name: getattr(record, name) for name in self._names}

    def _where(self, filters: Filters) -> list[ColumnElement[bool]]:
        return [
            self._table.c[name].in_(value)
            if isinstance(value, tuple)
            else self._table.c[name] == value
            for name, value in filters.items()
        ]

    def _unless_taken(self, statement: Any) -> None:
        try:
            with self._connection.begin_nested():
                self._connection.execute(statement)
        except IntegrityError as error:
            raise AlreadyExists(f"There is a {self._noun} of this name or id already.") from error


class SqlRecords(SqlRows[T], Records[T]):
    """Rows with an id."""

    def get(self, id: str, *, lock: bool = False) -> T:
        """Select one, for update if it is to be changed."""
        query = select(*self._columns).where(self._table.c.id == id)
        if lock:
            query = query.with_for_update()
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(self._noun, id)
        return self._kind(*row)

    def save(self, record: T) -> None:
        """Update."""
        values = self._values(record)
        key = self._table.c.id == values["id"]
        self._unless_taken(update(self._table).where(key).values(values))


class SqlIdentityStore(IdentityStore):
    """All of it on one connection."""

    def __init__(self, connection: Connection, revocations: SqlRevocations) -> None:
        """`revocations` work on the same connection."""
        at = connection
        self.projects = SqlRecords(at, tables.projects, Project, "project")
        self.users = SqlRecords(at, tables.users, User, "user")
        self.groups = SqlRecords(at, tables.groups, Group, "group")
        self.memberships = SqlRows(at, tables.memberships, Membership, "membership")
        self.roles = SqlRecords(at, tables.roles, Role, "role")
        self.implied_roles = SqlRows(at, tables.implied_roles, ImpliedRole, "implied role")
        self.assignments = SqlRows(at, tables.assignments, Assignment, "role assignment")
        self.application_credentials = SqlRecords(
            at, tables.application_credentials, ApplicationCredential, "application credential"
        )
        self.services = SqlRecords(at, tables.services, CatalogService, "service")
        self.endpoints = SqlRecords(at, tables.endpoints, Endpoint, "endpoint")
        self.regions = SqlRecords(at, tables.regions, Region, "region")
        self.revocations = revocations
