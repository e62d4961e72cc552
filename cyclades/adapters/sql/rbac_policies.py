"""Policies of sharing in SQL."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Row, Select, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.listing import Shelf, owned
from cyclades.adapters.sql.schema.floating_ips import floating_ips
from cyclades.adapters.sql.schema.networks import rbac_policies
from cyclades.adapters.sql.schema.ports import ports
from cyclades.adapters.sql.schema.routers import routers
from cyclades.adapters.sql.versioned import fields_of, values_of
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.rbac_policy import (
    EVERYBODY,
    EXTERNAL,
    NETWORK,
    SHARED,
    DuplicatePolicy,
    RbacPolicy,
)
from cyclades.ports.rbac_policies import RbacPolicyRepository

STORED = tuple(column.name for column in rbac_policies.columns)
TABLE = rbac_policies.c
SHELF = Shelf(
    "rbac policy",
    rbac_policies,
    {
        "id": TABLE.id,
        "project_id": TABLE.project_id,
        "tenant_id": TABLE.project_id,
        "object_type": TABLE.object_type,
        "object_id": TABLE.object_id,
        "action": TABLE.action,
        "target_tenant": TABLE.target_project,
    },
    {},
    owned(rbac_policies),
)


def granted(project_id: str | None, *actions: str) -> Select[Any]:
    """Ids of networks that policies let this project use in one of these ways."""
    query = select(TABLE.object_id).where(
        TABLE.object_type == NETWORK, TABLE.target_project == project_id
    )
    return query.where(TABLE.action.in_(actions)) if actions else query


def limited() -> Select[Any]:
    """Ids of external networks that are not everybody's."""
    everybodys = select(TABLE.object_id).where(
        TABLE.action == EXTERNAL, TABLE.target_project == EVERYBODY
    )
    return select(TABLE.object_id).where(
        TABLE.object_type == NETWORK,
        TABLE.action == EXTERNAL,
        TABLE.object_id.not_in(everybodys),
    )


def on_shared(network_id: str) -> Select[Any]:
    """Projects with ports."""
    return select(ports.c.project_id).where(ports.c.network_id == network_id)


def on_external(network_id: str) -> CompoundSelect[Any]:
    """Projects with a way out."""
    return (
        select(routers.c.project_id)
        .where(routers.c.external_network_id == network_id)
        .union(select(floating_ips.c.project_id).where(floating_ips.c.network_id == network_id))
    )


USERS: Mapping[str, Callable[[str], Select[Any] | CompoundSelect[Any]]] = {
    SHARED: on_shared,
    EXTERNAL: on_external,
}


class SqlRbacPolicies(RbacPolicyRepository):
    """One row a policy."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, policy: RbacPolicy) -> None:
        self._write(insert(rbac_policies).values(values_of(policy, STORED)))

    def get(self, policy_id: str) -> RbacPolicy:
        query = select(rbac_policies).where(TABLE.id == policy_id)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("rbac policy", policy_id)
        return policy_of(row)

    def save(self, policy: RbacPolicy) -> None:
        self._write(
            update(rbac_policies)
            .where(TABLE.id == policy.id)
            .values(target_project=policy.target_project)
        )

    def remove(self, policy_ids: Sequence[str]) -> None:
        self._connection.execute(delete(rbac_policies).where(TABLE.id.in_(policy_ids)))

    def of_object(self, object_id: str) -> Sequence[RbacPolicy]:
        query = select(rbac_policies).where(TABLE.object_id == object_id).order_by(TABLE.id)
        return [policy_of(row) for row in self._connection.execute(query)]

    def list(self, listing: Listing) -> Sequence[RbacPolicy]:
        rows = SHELF.page(self._connection, select(rbac_policies), listing)
        return [policy_of(row) for row in rows]

    def users(self, network_id: str, action: str) -> set[str]:
        return set(self._connection.execute(USERS[action](network_id)).scalars())

    def _write(self, statement: Any) -> None:
        try:
            with self._connection.begin_nested():
                self._connection.execute(statement)
        except IntegrityError as error:
            raise DuplicatePolicy("An RBAC policy already exists with those values.") from error


def policy_of(row: Row[Any]) -> RbacPolicy:
    """A row as the model has it."""
    return RbacPolicy(**fields_of(row))
