"""Subnets in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, or_, select, true
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.listing import Shelf
from cyclades.adapters.sql.networks import shared
from cyclades.adapters.sql.networks import visible as of_visible_network
from cyclades.adapters.sql.schema.networks import networks
from cyclades.adapters.sql.schema.subnets import addresses, subnets
from cyclades.adapters.sql.versioned import fields_of, save, values_of
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network_errors import SubnetInUse
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.subnet import Subnet
from cyclades.ports.subnets import SubnetRepository

STORED = tuple(column.name for column in subnets.columns if column.name != "filled")


def visible(scope: Scope) -> ColumnElement[bool]:
    """One's own, and those of networks that one sees."""
    if scope.everything:
        return true()
    return or_(
        subnets.c.project_id == scope.project_id,
        of_visible_network(scope),
    )


SHELF = Shelf(
    "subnet",
    subnets,
    {
        "id": subnets.c.id,
        "name": subnets.c.name,
        "description": subnets.c.description,
        "project_id": subnets.c.project_id,
        "tenant_id": subnets.c.project_id,
        "network_id": subnets.c.network_id,
        "ip_version": subnets.c.ip_version,
        "cidr": subnets.c.cidr,
        "subnetpool_id": subnets.c.subnetpool_id,
        "gateway_ip": subnets.c.gateway_ip,
        "enable_dhcp": subnets.c.enable_dhcp,
        "ipv6_ra_mode": subnets.c.ipv6_ra_mode,
        "ipv6_address_mode": subnets.c.ipv6_address_mode,
        "router:external": networks.c.external,
        "created_at": subnets.c.created,
        "updated_at": subnets.c.updated,
        "revision_number": subnets.c.version,
    },
    {},
    visible,
    {"shared": shared},
)


def query_all() -> Select[Any]:
    """Subnets and whether their network is external."""
    columns = [subnets.c[name] for name in STORED]
    return select(*columns, networks.c.external).join_from(
        subnets, networks, networks.c.id == subnets.c.network_id
    )


class SqlSubnets(SubnetRepository):
    """One row a subnet."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, subnet: Subnet) -> None:
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(subnets).values(values_of(subnet, STORED)))
        except IntegrityError as error:
            raise NotFound("network", subnet.network_id) from error

    def get(self, subnet_id: str) -> Subnet:
        row = self._connection.execute(query_all().where(subnets.c.id == subnet_id)).one_or_none()
        if row is None:
            raise NotFound("subnet", subnet_id)
        return subnet_of(row)

    def save(self, subnet: Subnet) -> None:
        save(self._connection, subnets, subnet, STORED)

    def remove(self, subnet_id: str) -> None:
        try:
            with self._connection.begin_nested():
                self._connection.execute(
                    delete(addresses).where(
                        addresses.c.subnet_id == subnet_id, addresses.c.port_id.is_(None)
                    )
                )
                self._connection.execute(delete(subnets).where(subnets.c.id == subnet_id))
        except IntegrityError as error:
            raise SubnetInUse(
                f"Unable to complete operation on subnet {subnet_id}: "
                "One or more ports have an IP allocation from this subnet."
            ) from error

    def of_network(self, network_id: str) -> Sequence[Subnet]:
        query = query_all().where(subnets.c.network_id == network_id)
        rows = self._connection.execute(query.order_by(subnets.c.created, subnets.c.id))
        return [subnet_of(row) for row in rows]

    def list(self, listing: Listing) -> Sequence[Subnet]:
        return [subnet_of(row) for row in SHELF.page(self._connection, query_all(), listing)]


def subnet_of(row: Row[Any]) -> Subnet:
    """A row as the model has it."""
    return Subnet(**fields_of(row))
