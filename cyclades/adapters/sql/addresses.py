"""Addresses in SQL: one row each, and the primary key decides between twins.

Pools get their rows a chunk at a time; free rows are claimed with SKIP LOCKED, so that
those who want any address do not wait for each other.
"""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from itertools import islice
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.schema.subnets import addresses, subnets
from cyclades.adapters.sql.versioned import insert_unless_there
from cyclades.domain.model.addresses import addresses_after, pooled, sort_key
from cyclades.domain.model.errors import AddressesExhausted, StaleVersion
from cyclades.domain.model.network_errors import IpAddressAlreadyAllocated
from cyclades.domain.model.subnet import Subnet
from cyclades.ports.addresses import AddressRepository

CHUNK = 256
PORT: BindParameter[str] = bindparam("port", type_=addresses.c.port_id.type)
FREE = (
    select(addresses.c.address)
    .where(
        addresses.c.subnet_id == bindparam("subnet"),
        addresses.c.port_id.is_(None),
        addresses.c.pooled,
    )
    .order_by(addresses.c.number)
    .limit(1)
)
LOWEST = FREE.with_for_update(skip_locked=True)
ON_NETWORK = update(addresses).where(addresses.c.network_id == bindparam("network"))
CLAIM_ANY = (
    ON_NETWORK.where(addresses.c.address == LOWEST.scalar_subquery())
    .values(port_id=PORT)
    .returning(addresses.c.address)
)
CLAIM_FREE = ON_NETWORK.where(
    addresses.c.address == bindparam("wanted"), addresses.c.port_id.is_(None)
).values(port_id=PORT)
HELD = addresses.c.port_id.in_(bindparam("ports", expanding=True))
GIVEN = addresses.c.address.in_(bindparam("given", expanding=True))
FORGET_ALL = delete(addresses).where(HELD, ~addresses.c.pooled)
FREE_ALL = update(addresses).where(HELD).values(port_id=None)
# FOR NO KEY UPDATE: other transactions may go on to insert rows that refer to it.
FILLED = select(subnets.c.filled).where(subnets.c.id == bindparam("subnet"))
LOCK = FILLED.with_for_update(key_share=True)


class SqlAddresses(AddressRepository):
    """A row without a port is free."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def claim_any(self, subnet: Subnet, port_id: str) -> str:
        found = self._claim_free(subnet, port_id)
        while found is None:
            # Whoever adds rows has the subnet's own: meanwhile somebody may have added some.
            filled = self._lock(subnet.id)
            found = self._claim_free(subnet, port_id)
            if found is None and not self._fill(subnet, filled):
                raise AddressesExhausted(
                    f"No more IP addresses available on network {subnet.network_id}."
                )
            found = found or self._claim_free(subnet, port_id)
        return found

    def has_room(self, subnet: Subnet) -> bool:
        if subnet.automatic:
            return True
        of_it = {"subnet": subnet.id}
        if self._connection.execute(FREE, of_it).first():
            return True
        filled = self._connection.execute(FILLED, of_it).scalar_one_or_none()
        return next(iter(addresses_after(subnet.pools, filled)), None) is not None

    def claim(self, subnet: Subnet, address: str, port_id: str) -> None:
        # What no pool gives out has a row only while it is held.
        if subnet.automatic and self.claim_each(subnet, {port_id: address}):
            return
        values = {"network": subnet.network_id, "wanted": address, "port": port_id}
        taken = self._connection.execute(CLAIM_FREE, values).rowcount
        if not taken and not self.claim_each(subnet, {port_id: address}):
            raise IpAddressAlreadyAllocated(
                f"IP address {address} already allocated in subnet {subnet.id}"
            )

    def claim_each(self, subnet: Subnet, wanted: Mapping[str, str]) -> int:
        rows = [row_of(subnet, wanted[port_id], port_id) for port_id in sorted(wanted)]
        try:
            return insert_unless_there(self._connection, addresses, rows) if rows else 0
        except IntegrityError as error:
            raise StaleVersion("A port or the subnet has gone meanwhile.") from error

    def release(self, port_ids: Sequence[str]) -> None:
        # Addresses outside the pools have a row only while somebody holds them.
        values = {"ports": list(port_ids)}
        self._connection.execute(FORGET_ALL, values)
        self._connection.execute(FREE_ALL, values)

    def give_back(self, port_id: str, given: Sequence[str]) -> None:
        values = {"ports": [port_id], "given": list(given)}
        self._connection.execute(FORGET_ALL.where(GIVEN), values)
        self._connection.execute(FREE_ALL.where(GIVEN), values)

    def forget(self, subnet_id: str) -> None:
        self._connection.execute(delete(addresses).where(addresses.c.subnet_id == subnet_id))

    def refit(self, subnet: Subnet) -> None:
        self._lock(subnet.id)
        of_it = addresses.c.subnet_id == subnet.id
        self._connection.execute(delete(addresses).where(of_it, addresses.c.port_id.is_(None)))
        held = self._connection.execute(select(addresses.c.address).where(of_it)).scalars().all()
        inside = [address for address in held if pooled(subnet.pools, address)]
        self._connection.execute(update(addresses).where(of_it).values(pooled=False))
        self._connection.execute(
            update(addresses).where(of_it, addresses.c.address.in_(inside)).values(pooled=True)
        )
        self._connection.execute(
            update(subnets).where(subnets.c.id == subnet.id).values(filled=None)
        )

    def _claim_free(self, subnet: Subnet, port_id: str) -> str | None:
        values = {"network": subnet.network_id, "subnet": subnet.id, "port": port_id}
        return self._connection.execute(CLAIM_ANY, values).scalar_one_or_none()

    def _lock(self, subnet_id: str) -> str | None:
        return self._connection.execute(LOCK, {"subnet": subnet_id}).scalar_one_or_none()

    def _fill(self, subnet: Subnet, filled: str | None) -> bool:
        chunk = [str(each) for each in islice(addresses_after(subnet.pools, filled), CHUNK)]
        if not chunk:
            return False
        insert_unless_there(
            self._connection, addresses, [row_of(subnet, each, None) for each in chunk]
        )
        self._connection.execute(
            update(subnets).where(subnets.c.id == subnet.id).values(filled=chunk[-1])
        )
        return True


def row_of(subnet: Subnet, address: str, port_id: str | None) -> dict[str, Any]:
    """An address's row."""
    return {
        "network_id": subnet.network_id,
        "address": address,
        "subnet_id": subnet.id,
        "ip_version": subnet.ip_version,
        "number": sort_key(ip_address(address)),
        "pooled": pooled(subnet.pools, address) and not subnet.automatic,
        "port_id": port_id,
    }
