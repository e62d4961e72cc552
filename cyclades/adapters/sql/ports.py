"""Ports in SQL."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.among import among
from cyclades.adapters.sql.listing import Shelf, Values, owned
from cyclades.adapters.sql.schema.ports import port_security_groups, ports
from cyclades.adapters.sql.schema.subnets import addresses
from cyclades.adapters.sql.versioned import fields_of, insert_unless_there, save, values_of
from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.firewall_profile import DISABLED
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network_errors import MacAddressInUse
from cyclades.domain.model.port import FixedIp, Port
from cyclades.ports.ports import PortRepository

STORED = tuple(column.name for column in ports.columns)


ADDRESS_FILTERS: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
    "ip_address": lambda value: addresses.c.address == value,
    "ip_address_substr": lambda value: addresses.c.address.contains(value, autoescape=True),
    "subnet_id": lambda value: addresses.c.subnet_id == value,
}


def _with_addresses(values: Values) -> ColumnElement[bool]:
    # Each value is a (key, value) pair: any of the values of each of the keys.
    wanted: dict[str, list[ColumnElement[bool]]] = {}
    for key, value in values:
        wanted.setdefault(key, []).append(ADDRESS_FILTERS[key](value))
    alternatives = [or_(*found) for found in wanted.values()]
    return exists().where(addresses.c.port_id == ports.c.id, *alternatives)


def _with_groups(values: Values) -> ColumnElement[bool]:
    return exists().where(
        port_security_groups.c.port_id == ports.c.id,
        port_security_groups.c.security_group_id.in_(values),
    )


def _with_profiles(values: Values) -> ColumnElement[bool]:
    kept = [None if value == DISABLED else value for value in values]
    named = ports.c.firewall_profile.in_([value for value in kept if value is not None])
    return or_(named, ports.c.firewall_profile.is_(None)) if None in kept else named


MARK = (
    update(ports)
    .where(
        ports.c.device_id == bindparam("device"),
        ports.c.status != bindparam("wanted"),
        ports.c.effect_id.is_(None),
    )
    .values(
        status=bindparam("wanted"),
        updated=bindparam("now", type_=ports.c.updated.type),
        version=ports.c.version + 1,
    )
    .returning(*ports.columns)
)
ADDRESSES = {
    dialect: select(addresses.c.port_id, addresses.c.subnet_id, addresses.c.address)
    .where(mine)
    .order_by(addresses.c.ip_version, addresses.c.number)
    for dialect, mine in among(addresses.c.port_id, "ports").items()
}
MEMBERSHIPS = {
    dialect: select(port_security_groups)
    .where(mine)
    .order_by(port_security_groups.c.security_group_id)
    for dialect, mine in among(port_security_groups.c.port_id, "ports").items()
}
SHELF = Shelf(
    "port",
    ports,
    {
        "id": ports.c.id,
        "name": ports.c.name,
        "description": ports.c.description,
        "project_id": ports.c.project_id,
        "tenant_id": ports.c.project_id,
        "network_id": ports.c.network_id,
        "mac_address": ports.c.mac,
        "status": ports.c.status,
        "admin_state_up": ports.c.admin_state_up,
        "device_id": ports.c.device_id,
        "device_owner": ports.c.device_owner,
        "port_security_enabled": ports.c.port_security_enabled,
        "dns_name": ports.c.dns_name,
        "created_at": ports.c.created,
        "updated_at": ports.c.updated,
        "revision_number": ports.c.version,
    },
    {
        "fixed_ips": _with_addresses,
        "security_groups": _with_groups,
        "SNF:firewall_profile": _with_profiles,
    },
    owned(ports),
)


class SqlPorts(PortRepository):
    """One row a port, one a membership."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, port: Port) -> None:
        try:
            made = insert_unless_there(self._connection, ports, [values_of(port, STORED)])
        except IntegrityError as error:
            raise NotFound("network", port.network_id) from error
        if not made:
            raise mac_in_use(port)
        self._join(port.id, port.security_groups)

    def get(self, port_id: str) -> Port:
        return self._one(port_id, select(ports))

    def hold(self, port_id: str) -> Port:
        return self._one(port_id, select(ports).with_for_update(read=True))

    def of_device(self, device_id: str) -> Sequence[Port]:
        query = select(ports).where(ports.c.device_id == device_id)
        return self._complete(
            self._connection.execute(query.order_by(ports.c.position, ports.c.id)).all()
        )

    def of_network(self, network_id: str) -> Sequence[Port]:
        query = select(ports).where(ports.c.network_id == network_id).order_by(ports.c.id)
        return self._complete(self._connection.execute(query).all())

    def save(self, port: Port) -> None:
        try:
            with self._connection.begin_nested():
                save(self._connection, ports, port, STORED)
        except IntegrityError as error:
            raise mac_in_use(port) from error
        mine = port_security_groups.c.port_id == port.id
        self._connection.execute(delete(port_security_groups).where(mine))
        self._join(port.id, port.security_groups)

    def mark(self, device_id: str, status: str, now: datetime) -> Sequence[Port]:
        values = {"device": device_id, "wanted": status, "now": now}
        rows = self._connection.execute(MARK, values)
        return [Port(**fields_of(row)) for row in rows]

    def remove(self, port_ids: Sequence[str]) -> None:
        self._connection.execute(
            delete(port_security_groups).where(port_security_groups.c.port_id.in_(port_ids))
        )
        try:
            with self._connection.begin_nested():
                self._connection.execute(delete(ports).where(ports.c.id.in_(port_ids)))
        except IntegrityError as error:
            raise StaleVersion("A port got an address meanwhile.") from error

    def list(self, listing: Listing) -> Sequence[Port]:
        return self._complete(SHELF.page(self._connection, select(ports), listing))

    def free_mac(self, candidates: Sequence[str]) -> str:
        query = select(ports.c.mac).where(ports.c.mac.in_(candidates))
        taken = set(self._connection.execute(query).scalars())
        return next((mac for mac in candidates if mac not in taken), candidates[-1])

    def _one(self, port_id: str, query: Select[Any]) -> Port:
        rows = self._connection.execute(query.where(ports.c.id == port_id)).all()
        if not rows:
            raise NotFound("port", port_id)
        return self._complete(rows)[0]

    def _join(self, port_id: str, group_ids: Sequence[str]) -> None:
        rows = [{"port_id": port_id, "security_group_id": each} for each in sorted(group_ids)]
        try:
            if rows:
                self._connection.execute(insert(port_security_groups), rows)
        except IntegrityError as error:
            raise NotFound("security group", ", ".join(sorted(group_ids))) from error

    def _complete(self, rows: Sequence[Row[Any]]) -> Sequence[Port]:
        fixed: dict[str, list[FixedIp]] = {row.id: [] for row in rows}
        groups: dict[str, list[str]] = {row.id: [] for row in rows}
        if rows:
            dialect, values = self._connection.dialect.name, {"ports": list(fixed)}
            for row in self._connection.execute(ADDRESSES[dialect], values).all():
                fixed[row.port_id].append(FixedIp(row.subnet_id, row.address))
            for port_id, group_id in self._connection.execute(MEMBERSHIPS[dialect], values).all():
                groups[port_id].append(group_id)
        return [
            Port(
                **fields_of(row),
                fixed_ips=tuple(fixed[row.id]),
                security_groups=tuple(groups[row.id]),
            )
            for row in rows
        ]


def mac_in_use(port: Port) -> MacAddressInUse:
    """What to say of a MAC address that is taken."""
    return MacAddressInUse(
        f"Unable to complete operation for network {port.network_id}. "
        f"The mac address {port.mac} is in use."
    )
