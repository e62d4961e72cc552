"""Floating IPs in SQL."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.listing import Shelf, owned
from cyclades.adapters.sql.schema.floating_ips import floating_ips
from cyclades.adapters.sql.schema.ports import ports
from cyclades.adapters.sql.schema.subnets import addresses
from cyclades.adapters.sql.versioned import fields_of, save, values_of
from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.floating_ip import DOWN, FloatingIp, PortDetails
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.router_errors import FloatingIPPortAlreadyAssociated
from cyclades.ports.floating_ips import FloatingIpRepository

STORED = tuple(column.name for column in floating_ips.columns)
DETAILS = tuple(ports.c[name].label(f"port_{name}") for name in PortDetails._fields)
SHELF = Shelf(
    "floating IP",
    floating_ips,
    {
        "id": floating_ips.c.id,
        "description": floating_ips.c.description,
        "project_id": floating_ips.c.project_id,
        "tenant_id": floating_ips.c.project_id,
        "floating_network_id": floating_ips.c.network_id,
        "floating_ip_address": floating_ips.c.address,
        "port_id": floating_ips.c.port_id,
        "fixed_ip_address": floating_ips.c.fixed_ip,
        "router_id": floating_ips.c.router_id,
        "status": floating_ips.c.status,
        "dns_name": floating_ips.c.dns_name,
        "dns_domain": floating_ips.c.dns_domain,
        "created_at": floating_ips.c.created,
        "updated_at": floating_ips.c.updated,
        "revision_number": floating_ips.c.version,
    },
    {},
    owned(floating_ips),
)
WITH_PORTS = select(*floating_ips.columns, *DETAILS).outerjoin(
    ports, ports.c.id == floating_ips.c.port_id
)
THROUGH = select(literal(1)).where(floating_ips.c.router_id == bindparam("router")).limit(1)
THROUGH_SUBNET = (
    select(literal(1))
    .join_from(
        floating_ips,
        addresses,
        (addresses.c.port_id == floating_ips.c.port_id)
        & (addresses.c.address == floating_ips.c.fixed_ip),
    )
    .where(
        floating_ips.c.router_id == bindparam("router"),
        addresses.c.subnet_id == bindparam("subnet"),
    )
    .limit(1)
)
LEAVE = (
    update(floating_ips)
    .values(
        port_id=None,
        fixed_ip=None,
        router_id=None,
        status=DOWN,
        updated=bindparam("now", type_=floating_ips.c.updated.type),
        version=floating_ips.c.version + 1,
    )
    .returning(*floating_ips.columns)
)


class SqlFloatingIps(FloatingIpRepository):
    """One row a floating IP; its address is held by a port of its own."""

    def __init__(self, connection: Connection, wake: Callable[[], None]) -> None:
        """Work in this connection's transaction; `wake` tells gateway hosts of a change."""
        self._connection = connection
        self._wake = wake

    def add(self, floating_ip: FloatingIp) -> None:
        try:
            with self._connection.begin_nested():
                values = values_of(floating_ip, STORED)
                self._connection.execute(insert(floating_ips).values(values))
        except IntegrityError as error:
            raise NotFound("network", floating_ip.network_id) from error

    def get(self, floating_ip_id: str) -> FloatingIp:
        return self._one(floating_ip_id, WITH_PORTS)

    def lock(self, floating_ip_id: str) -> FloatingIp:
        return self._one(floating_ip_id, WITH_PORTS.with_for_update(of=floating_ips))

    def at(self, network_id: str, address: str) -> FloatingIp | None:
        query = WITH_PORTS.where(
            floating_ips.c.network_id == network_id, floating_ips.c.address == address
        )
        row = self._connection.execute(query).one_or_none()
        return floating_ip_of(row) if row else None

    def save(self, floating_ip: FloatingIp) -> None:
        self._wake()
        try:
            with self._connection.begin_nested():
                save(self._connection, floating_ips, floating_ip, STORED)
        except IntegrityError as error:
            self._require_alone(floating_ip, error)

    def remove(self, floating_ip_id: str) -> None:
        self._wake()
        self._connection.execute(delete(floating_ips).where(floating_ips.c.id == floating_ip_id))

    def list(self, listing: Listing) -> Sequence[FloatingIp]:
        return [floating_ip_of(row) for row in SHELF.page(self._connection, WITH_PORTS, listing)]

    def through(self, router_id: str, subnet_id: str | None = None) -> bool:
        query: Select[Any] = THROUGH if subnet_id is None else THROUGH_SUBNET
        wanted = {"router": router_id} | ({} if subnet_id is None else {"subnet": subnet_id})
        return self._connection.execute(query, wanted).first() is not None

    def leave(
        self, port_ids: Sequence[str], now: datetime, kept: Sequence[str] | None = None
    ) -> Sequence[FloatingIp]:
        table = floating_ips.c
        leading = [table.port_id.in_(port_ids)]
        if kept is not None:
            leading += [table.router_id.is_not(None), table.fixed_ip.not_in(kept)]
        rows = self._connection.execute(LEAVE.where(*leading), {"now": now})
        found = [FloatingIp(**fields_of(row)) for row in rows]
        if found:
            self._wake()
        return found

    def _one(self, floating_ip_id: str, query: Select[Any]) -> FloatingIp:
        found = query.where(floating_ips.c.id == floating_ip_id)
        row = self._connection.execute(found).one_or_none()
        if row is None:
            raise NotFound("floating IP", floating_ip_id)
        return floating_ip_of(row)

    def _require_alone(self, floating_ip: FloatingIp, error: IntegrityError) -> None:
        """Why it could not be saved: always raises."""
        twin = select(floating_ips.c.id).where(
            floating_ips.c.network_id == floating_ip.network_id,
            floating_ips.c.port_id == floating_ip.port_id,
            floating_ips.c.fixed_ip == floating_ip.fixed_ip,
            floating_ips.c.id != floating_ip.id,
        )
        if self._connection.execute(twin).first() is None:
            raise StaleVersion("The port or the router has gone meanwhile.") from error
        raise FloatingIPPortAlreadyAssociated(
            f"Cannot associate floating IP {floating_ip.address} ({floating_ip.id}) with port "
            f"{floating_ip.port_id} using fixed IP {floating_ip.fixed_ip}, as that fixed IP "
            f"already has a floating IP on external network {floating_ip.network_id}."
        ) from error


def floating_ip_of(row: Row[Any]) -> FloatingIp:
    """A row as the model has it."""
    fields = fields_of(row)
    own = {name: fields[name] for name in STORED}
    details = PortDetails(*(fields[f"port_{name}"] for name in PortDetails._fields))
    return FloatingIp(**own, details=details if own["port_id"] else None)
