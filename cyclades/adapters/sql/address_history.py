"""Address history in SQL: rows are made of what ports hold, by the database itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union,
    union_all,
    update,
)
from sqlalchemy.types import String

from cyclades.adapters.sql.schema.address_history import address_history
from cyclades.adapters.sql.schema.base import Id
from cyclades.adapters.sql.schema.floating_ips import floating_ips
from cyclades.adapters.sql.schema.ports import ports
from cyclades.adapters.sql.schema.servers import servers
from cyclades.adapters.sql.schema.subnets import addresses
from cyclades.adapters.sql.versioned import fields_of
from cyclades.domain.model.address_history import NOBODY, Holding, Owner
from cyclades.domain.model.port import COMPUTE_OWNER
from cyclades.ports.address_history import AddressHistoryRepository

NAMED: BindParameter[Any] = bindparam("ports", expanding=True)
NOW = bindparam("now", type_=address_history.c.since.type)
OPEN = address_history.c.until.is_(None)
HELD = union_all(
    select(addresses.c.port_id, addresses.c.network_id, addresses.c.address).where(
        addresses.c.port_id.in_(NAMED)
    ),
    select(floating_ips.c.port_id, floating_ips.c.network_id, floating_ips.c.address).where(
        floating_ips.c.port_id.in_(NAMED)
    ),
).subquery("held")


def _of_servers() -> Select[Any]:
    known = exists().where(
        address_history.c.port_id == HELD.c.port_id,
        address_history.c.network_id == HELD.c.network_id,
        address_history.c.address == HELD.c.address,
        address_history.c.server_id == ports.c.device_id,
        OPEN,
    )
    number = func.row_number().over(order_by=(HELD.c.port_id, HELD.c.network_id, HELD.c.address))
    return (
        select(
            bindparam("batch", type_=Id) + literal("-") + cast(number, String),
            HELD.c.address,
            HELD.c.network_id,
            ports.c.id,
            ports.c.mac,
            ports.c.device_id,
            # A port may be the operator's, whose network every server is on.
            func.coalesce(
                servers.c.project_id, bindparam("project_id", type_=Id), ports.c.project_id
            ),
            func.coalesce(bindparam("user_id", type_=Id), servers.c.user_id),
            NOW,
        )
        .join_from(HELD, ports, ports.c.id == HELD.c.port_id)
        .outerjoin(servers, servers.c.id == ports.c.device_id)
        .where(
            ports.c.device_id != "",
            ports.c.device_owner.startswith(COMPUTE_OWNER, autoescape=True),
            ~known,
        )
    )


BEGUN = (
    *("id", "address", "network_id", "port_id", "mac"),
    *("server_id", "project_id", "user_id", "since"),
)
BEGIN = insert(address_history).from_select(BEGUN, _of_servers())
MINE = address_history.c.port_id.in_(NAMED)
END = update(address_history).where(MINE, OPEN).values(until=NOW)
# A port that left its server and went to another one holds nothing for the first.
STILL = exists().where(
    HELD.c.port_id == address_history.c.port_id,
    HELD.c.network_id == address_history.c.network_id,
    HELD.c.address == address_history.c.address,
    ports.c.id == HELD.c.port_id,
    ports.c.device_id == address_history.c.server_id,
)
END_LOST = update(address_history).where(MINE, OPEN, ~STILL).values(until=NOW)
HERE: dict[str, BindParameter[Any]] = {
    "network_id": bindparam("network"),
    "address": bindparam("address"),
}
CONCERNED = union(
    select(address_history.c.port_id).where(
        *(address_history.c[name] == value for name, value in HERE.items()), OPEN
    ),
    select(floating_ips.c.port_id).where(
        *(floating_ips.c[name] == value for name, value in HERE.items()),
        floating_ips.c.port_id.is_not(None),
    ),
)
COLUMNS = tuple(column for column in address_history.columns if column.name != "id")
OF = select(*COLUMNS).order_by(address_history.c.since, address_history.c.id)
OLD = (
    select(address_history.c.id)
    .where(address_history.c.until < bindparam("before", type_=address_history.c.until.type))
    .limit(bindparam("limit"))
)
FORGET = delete(address_history).where(address_history.c.id.in_(OLD))


class SqlAddressHistory(AddressHistoryRepository):
    """One row for each time that a server had an address."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def begin(
        self, port_ids: Sequence[str], now: datetime, batch: str, owner: Owner = NOBODY
    ) -> None:
        values = {"ports": list(port_ids), "now": now, "batch": batch, **owner._asdict()}
        self._connection.execute(BEGIN, values)

    def end(self, port_ids: Sequence[str], now: datetime) -> None:
        self._connection.execute(END, {"ports": list(port_ids), "now": now})

    def concerned(self, network_id: str, address: str) -> Sequence[str]:
        values = {"network": network_id, "address": address}
        return self._connection.execute(CONCERNED, values).scalars().all()

    def end_lost(self, port_ids: Sequence[str], now: datetime) -> None:
        self._connection.execute(END_LOST, {"ports": list(port_ids), "now": now})

    def held(
        self,
        *,
        address: str | None = None,
        server_id: str | None = None,
        network_id: str | None = None,
        at: datetime | None = None,
    ) -> Sequence[Holding]:
        table = address_history.c
        wanted = {table.address: address, table.server_id: server_id, table.network_id: network_id}
        query = OF.where(*(name == value for name, value in wanted.items() if value is not None))
        if at is not None:
            query = query.where(table.since <= at, or_(table.until.is_(None), table.until > at))
        return [Holding(**fields_of(row)) for row in self._connection.execute(query)]

    def forget(self, before: datetime, limit: int) -> int:
        return self._connection.execute(FORGET, {"before": before, "limit": limit}).rowcount
