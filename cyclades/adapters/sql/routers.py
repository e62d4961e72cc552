"""Routers in SQL."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.listing import Shelf, owned
from cyclades.adapters.sql.schema.ports import ports
from cyclades.adapters.sql.schema.routers import routers
from cyclades.adapters.sql.schema.subnets import addresses, subnets
from cyclades.adapters.sql.versioned import fields_of, save, values_of
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.port import FixedIp, in_order
from cyclades.domain.model.router import GATEWAY_OWNER, INTERFACE_OWNER, Router, Touch
from cyclades.ports.routers import RouterRepository

STORED = tuple(column.name for column in routers.columns)
SHELF = Shelf(
    "router",
    routers,
    {
        "id": routers.c.id,
        "name": routers.c.name,
        "description": routers.c.description,
        "project_id": routers.c.project_id,
        "tenant_id": routers.c.project_id,
        "admin_state_up": routers.c.admin_state_up,
        "status": routers.c.status,
        "created_at": routers.c.created,
        "updated_at": routers.c.updated,
        "revision_number": routers.c.version,
    },
    {},
    owned(routers),
)
OWNERS = (GATEWAY_OWNER, INTERFACE_OWNER)
TOUCHES = (
    select(
        ports.c.id,
        ports.c.device_owner,
        ports.c.network_id,
        addresses.c.subnet_id,
        subnets.c.cidr,
        addresses.c.address,
    )
    .join(addresses, addresses.c.port_id == ports.c.id)
    .join(subnets, subnets.c.id == addresses.c.subnet_id)
    .where(ports.c.device_id == bindparam("router"), ports.c.device_owner.in_(OWNERS))
    .order_by(ports.c.id, addresses.c.ip_version, addresses.c.number)
)
BETWEEN = (
    select(routers.c.id)
    .join(ports, ports.c.device_id == routers.c.id)
    .join(addresses, addresses.c.port_id == ports.c.id)
    .join(subnets, subnets.c.id == addresses.c.subnet_id)
    .where(
        subnets.c.id == bindparam("subnet"),
        ports.c.device_owner == INTERFACE_OWNER,
        routers.c.external_network_id == bindparam("external"),
    )
    .order_by(addresses.c.address != subnets.c.gateway_ip, routers.c.id)
    .limit(1)
)
GATEWAYS = select(ports.c.device_id, addresses.c.subnet_id, addresses.c.address).join(
    addresses, addresses.c.port_id == ports.c.id
)


class SqlRouters(RouterRepository):
    """One row a router; its gateway and interfaces are ports."""

    def __init__(self, connection: Connection, wake: Callable[[], None]) -> None:
        """Work in this connection's transaction; `wake` tells gateway hosts of a change."""
        self._connection = connection
        self._wake = wake

    def add(self, router: Router) -> None:
        self._wake()
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(routers).values(values_of(router, STORED)))
        except IntegrityError as error:
            raise NotFound("network", router.external_network_id or "") from error

    def get(self, router_id: str) -> Router:
        return self._one(router_id, select(routers))

    def hold(self, router_id: str) -> Router:
        return self._one(router_id, select(routers).with_for_update(read=True))

    def lock(self, router_id: str) -> Router:
        return self._one(router_id, select(routers).with_for_update())

    def save(self, router: Router) -> None:
        self._wake()
        try:
            with self._connection.begin_nested():
                save(self._connection, routers, router, STORED)
        except IntegrityError as error:
            raise NotFound("network", router.external_network_id or "") from error

    def mark(self, router_id: str, gateway_host: str, status: str, now: datetime) -> Router | None:
        table = routers.c
        changed = (
            update(routers)
            .where(
                table.id == router_id, table.gateway_host == gateway_host, table.status != status
            )
            .values(status=status, updated=now, version=table.version + 1)
            .returning(*table)
        )
        row = self._connection.execute(changed).one_or_none()
        return Router(**fields_of(row)) if row else None

    def remove(self, router_id: str) -> None:
        self._wake()
        self._connection.execute(delete(routers).where(routers.c.id == router_id))

    def list(self, listing: Listing) -> Sequence[Router]:
        return self._with_gateways(SHELF.page(self._connection, select(routers), listing))

    def touches(self, router_id: str) -> Sequence[Touch]:
        rows = self._connection.execute(TOUCHES, {"router": router_id})
        return [Touch._make(row) for row in rows]

    def between(self, subnet_id: str, external_network_id: str) -> str | None:
        wanted = {"subnet": subnet_id, "external": external_network_id}
        return self._connection.execute(BETWEEN, wanted).scalar_one_or_none()

    def loads(self) -> Mapping[str, int]:
        host = routers.c.gateway_host
        rows = self._connection.execute(select(host, func.count()).group_by(host))
        return {row[0]: row[1] for row in rows}

    def _one(self, router_id: str, query: Select[Any]) -> Router:
        rows = self._connection.execute(query.where(routers.c.id == router_id)).all()
        if not rows:
            raise NotFound("router", router_id)
        return self._with_gateways(rows)[0]

    def _with_gateways(self, rows: Sequence[Row[Any]]) -> Sequence[Router]:
        theirs: Mapping[str, list[FixedIp]] = {row.id: [] for row in rows}
        query = GATEWAYS.where(ports.c.device_id.in_(theirs), ports.c.device_owner == GATEWAY_OWNER)
        for row in self._connection.execute(query):
            theirs[row.device_id].append(FixedIp(row.subnet_id, row.address))
        return [Router(**fields_of(row), gateway=in_order(tuple(theirs[row.id]))) for row in rows]
