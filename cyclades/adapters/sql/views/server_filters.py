"""Filters and order of server lists, as SQL: two tables."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, literal, or_, true

from cyclades.adapters.sql.listing import TAG_CONDITIONS, holds
from cyclades.adapters.sql.schema.clusters import clusters
from cyclades.adapters.sql.schema.floating_ips import floating_ips
from cyclades.adapters.sql.schema.ports import ports
from cyclades.adapters.sql.schema.servers import servers
from cyclades.adapters.sql.schema.subnets import addresses
from cyclades.adapters.sql.views.name_patterns import matches
from cyclades.domain.model.server_query import SORT_KEYS
from cyclades.domain.model.server_states import POWER_STATE, STATUS, states_of

Values = tuple[Any, ...]
Condition = Callable[[Values], ColumnElement[bool]]
FLOATING_VERSION = 4
LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)


def one_of(column: ColumnElement[Any]) -> Condition:
    """The column has one of the values."""
    return lambda values: column == values[0] if len(values) == 1 else column.in_(values)


def pattern(column: ColumnElement[Any]) -> Condition:
    """The column has every pattern in it."""
    return lambda values: and_(*(matches(column, value) for value in values))


def address(version: int) -> Condition:
    """A port of the server has such an address, or a floating IP leads to one."""

    def condition(values: Values) -> ColumnElement[bool]:
        fixed = exists().where(
            ports.c.device_id == servers.c.id,
            addresses.c.port_id == ports.c.id,
            addresses.c.ip_version == version,
            *(matches(addresses.c.address, value) for value in values),
        )
        if version != FLOATING_VERSION:
            return fixed
        floating = exists().where(
            ports.c.device_id == servers.c.id,
            floating_ips.c.port_id == ports.c.id,
            *(matches(floating_ips.c.address, value) for value in values),
        )
        return or_(fixed, floating)

    return condition


def status(words: Values) -> ColumnElement[bool]:
    """The states that read as one of these words: the table, read backwards."""
    rows = [states for word in words for states in states_of(str(word))]
    return or_(false(), *(_in_states(vm_state, task) for vm_state, task in rows))


def _in_states(vm_state: str, task: str | None) -> ColumnElement[bool]:
    same = servers.c.vm_state == vm_state
    if task is not None:
        return and_(same, servers.c.task_state == task)
    special = [other for state, other in STATUS if state == vm_state and other is not None]
    if not special:
        return same
    return and_(same, or_(servers.c.task_state.is_(None), servers.c.task_state.not_in(special)))


def power(numbers: Values) -> ColumnElement[bool]:
    """OpenStack's numbers."""
    return servers.c.power.in_([word for word, number in POWER_STATE.items() if number in numbers])


def tagged(name: str) -> Condition:
    """The server's tags."""
    return lambda values: TAG_CONDITIONS[name]([holds(servers.c.tags, tag) for tag in values])


def deletedness(values: Values) -> ColumnElement[bool]:
    """Deleted ones, living ones, or (None) both."""
    if values[0] is None:
        return true()
    return and_(servers.c.deleted) if values[0] else ~servers.c.deleted


FILTERS: Mapping[str, Condition] = {
    "access_ip_v4": one_of(servers.c.access_ipv4),
    "access_ip_v6": one_of(servers.c.access_ipv6),
    "availability_zone": one_of(servers.c.availability_zone),
    "changes-before": lambda values: servers.c.updated <= values[0],
    "changes-since": lambda values: servers.c.updated >= values[0],
    "config_drive": one_of(servers.c.config_drive),
    "deleted": deletedness,
    "description": pattern(func.coalesce(servers.c.description, "")),
    "flavor": one_of(servers.c.flavor_id),
    "host": one_of(clusters.c.name),
    "hostname": pattern(servers.c.hostname),
    "image": one_of(servers.c.image_id),
    "ip": address(4),
    "ip6": address(6),
    "key_name": one_of(servers.c.key_name),
    "launch_index": one_of(servers.c.launch_index),
    "locked": one_of(servers.c.locked),
    "name": pattern(servers.c.name),
    "power_state": power,
    "progress": one_of(servers.c.progress),
    "project_id": one_of(servers.c.project_id),
    "reservation_id": one_of(servers.c.reservation_id),
    "status": status,
    "task_state": one_of(servers.c.task_state),
    "user_id": one_of(servers.c.user_id),
    "uuid": one_of(servers.c.id),
    "vm_state": one_of(servers.c.vm_state),
    **{name: tagged(name) for name in TAG_CONDITIONS},
}

# What may be null sorts before everything else, on every database.
NULL_AS: Mapping[str, Any] = {
    "description": "",
    "image_id": "",
    "key_name": "",
    "task_state": "",
    "launched": LONG_AGO,
    "terminated": LONG_AGO,
}


def _sortable(name: str) -> ColumnElement[Any]:
    column = servers.c[name]
    if name not in NULL_AS:
        return column
    return func.coalesce(column, literal(NULL_AS[name], column.type), type_=column.type)


ORDERS: Mapping[str, ColumnElement[Any]] = {
    name: _sortable(name) for name in sorted({*SORT_KEYS.values(), "id"})
}
