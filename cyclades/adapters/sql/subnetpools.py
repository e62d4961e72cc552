"""Subnet pools in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, or_, select, true
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.listing import Shelf
from cyclades.adapters.sql.schema.subnetpools import subnetpools
from cyclades.adapters.sql.schema.subnets import subnets
from cyclades.adapters.sql.versioned import fields_of, save, values_of
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.subnetpool import SubnetPool, SubnetPoolDeleteError
from cyclades.ports.subnetpools import Cut, SubnetPoolRepository

TABLE = subnetpools.c
STORED = tuple(column.name for column in subnetpools.columns)


def visible(scope: Scope) -> ColumnElement[bool]:
    """One's own, and shared ones."""
    return true() if scope.everything else or_(TABLE.project_id == scope.project_id, TABLE.shared)


SHELF = Shelf(
    "subnet pool",
    subnetpools,
    {
        "id": TABLE.id,
        "name": TABLE.name,
        "description": TABLE.description,
        "project_id": TABLE.project_id,
        "tenant_id": TABLE.project_id,
        "ip_version": TABLE.ip_version,
        "default_prefixlen": TABLE.default_prefixlen,
        "min_prefixlen": TABLE.min_prefixlen,
        "max_prefixlen": TABLE.max_prefixlen,
        "default_quota": TABLE.default_quota,
        "shared": TABLE.shared,
        "is_default": TABLE.is_default,
        "created_at": TABLE.created,
        "updated_at": TABLE.updated,
        "revision_number": TABLE.version,
    },
    {},
    visible,
)


class SqlSubnetPools(SubnetPoolRepository):
    """One row a pool; what has been cut from it are rows of subnets."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, pool: SubnetPool) -> None:
        self._connection.execute(insert(subnetpools).values(values_of(pool, STORED)))

    def get(self, pool_id: str) -> SubnetPool:
        return self._one(pool_id, select(subnetpools))

    def lock(self, pool_id: str) -> SubnetPool:
        return self._one(pool_id, select(subnetpools).with_for_update())

    def save(self, pool: SubnetPool) -> None:
        save(self._connection, subnetpools, pool, STORED)

    def remove(self, pool_id: str) -> None:
        try:
            with self._connection.begin_nested():
                self._connection.execute(delete(subnetpools).where(TABLE.id == pool_id))
        except IntegrityError as error:
            raise SubnetPoolDeleteError(
                "Unable to delete subnet pool: Subnet pool has existing allocations."
            ) from error

    def list(self, listing: Listing) -> Sequence[SubnetPool]:
        rows = SHELF.page(self._connection, select(subnetpools), listing)
        return [pool_of(row) for row in rows]

    def default(self, ip_version: int) -> SubnetPool | None:
        query = select(subnetpools).where(TABLE.is_default, TABLE.ip_version == ip_version)
        row = self._connection.execute(query.order_by(TABLE.id).limit(1)).one_or_none()
        return pool_of(row) if row else None

    def cuts(self, pool_id: str) -> Sequence[Cut]:
        query = select(subnets.c.cidr, subnets.c.project_id)
        rows = self._connection.execute(query.where(subnets.c.subnetpool_id == pool_id))
        return [Cut(*row) for row in rows]

    def _one(self, pool_id: str, query: Select[Any]) -> SubnetPool:
        row = self._connection.execute(query.where(TABLE.id == pool_id)).one_or_none()
        if row is None:
            raise NotFound("subnet pool", pool_id)
        return pool_of(row)


def pool_of(row: Row[Any]) -> SubnetPool:
    """A row as the model has it."""
    return SubnetPool(**fields_of(row))
