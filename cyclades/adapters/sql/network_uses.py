"""How many of networks' addresses are taken, in SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from cyclades.adapters.sql.schema.networks import networks
from cyclades.adapters.sql.schema.subnets import addresses, subnets
from cyclades.domain.model.network_use import NetworkUse, SubnetUse
from cyclades.ports.network_uses import NetworkUses

ATTRIBUTES = {
    "network_id": networks.c.id,
    "network_name": networks.c.name,
    "project_id": networks.c.project_id,
}
TAKEN = (
    select(addresses.c.subnet_id, func.count().label("used"))
    .where(addresses.c.port_id.is_not(None))
    .group_by(addresses.c.subnet_id)
    .subquery()
)
EVERY = (
    select(
        networks.c.id.label("network_id"),
        networks.c.project_id,
        networks.c.name.label("network_name"),
        subnets.c.id,
        subnets.c.name,
        subnets.c.cidr,
        subnets.c.ip_version,
        subnets.c.pools,
        func.coalesce(TAKEN.c.used, 0).label("used"),
    )
    .join_from(networks, subnets, subnets.c.network_id == networks.c.id, isouter=True)
    .join(TAKEN, TAKEN.c.subnet_id == subnets.c.id, isouter=True)
    .order_by(networks.c.id, subnets.c.created, subnets.c.id)
)


class SqlNetworkUses(NetworkUses):
    """Addresses that have a port are counted by subnet."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def list(self, filters: Mapping[str, Sequence[Any]]) -> Sequence[NetworkUse]:
        wanted = [ATTRIBUTES[name].in_(filters[name]) for name in ATTRIBUTES if name in filters]
        versions = filters.get("ip_version")
        found: dict[str, NetworkUse] = {}
        for row in self._connection.execute(EVERY.where(*wanted)):
            known = found.get(row.network_id)
            theirs = known.subnets if known else ()
            if row.id is not None and (versions is None or row.ip_version in versions):
                subnet = SubnetUse(row.id, row.name, row.cidr, row.ip_version, row.pools, row.used)
                theirs = (*theirs, subnet)
            found[row.network_id] = NetworkUse(
                row.network_id, row.project_id, row.network_name, theirs
            )
        return list(found.values())
