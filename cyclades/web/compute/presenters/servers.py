"""Servers as compute clients read them: one table of fields by microversion.

Source: Compute API reference, "Servers (servers)" and "REST API Version History". The
functions for one version are put together once; a server then costs a few microseconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

import orjson

from cyclades.ports.server_views import ServerName, ServerView
from cyclades.web.compute.presenters.server_fields import (
    access_address,
    addresses,
    bare_addresses,
    embedded_flavor,
    fault,
    groups,
    host_id,
    host_status,
    image,
    linked_flavor,
    links,
    power_state,
    progress,
    status,
    timed,
    timed_precisely,
    volume_ids,
    volumes,
)
from cyclades.web.microversions import Microversion

Say = Callable[[ServerView, str], Any]
Present = Callable[[ServerView], dict[str, Any]]
OLDEST = Microversion(2, 1)
EMBEDDED_FLAVOR = Microversion(2, 47)
WHOLE_UPDATES = Microversion(2, 75)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a server.

    `say` is an attribute's name, or a function of the row and the base URL; a `sparse`
    field is left out when it says None. `until`: the first version without it. `core`:
    also in answers to PUT before 2.75. `alone`: not in lists.
    """

    name: str
    say: str | Say
    since: Microversion = OLDEST
    until: Microversion | None = None
    core: bool = False
    admin: bool = False
    alone: bool = False
    sparse: bool = False


def always(value: Any) -> Say:
    """What does not depend on the server."""
    return lambda _row, _base: value


def v(minor: int) -> Microversion:
    """2.minor."""
    return Microversion(2, minor)


ATTR = "OS-EXT-SRV-ATTR:"
FIELDS = (
    Field("id", "id", core=True),
    Field("name", "name", core=True),
    Field("status", status, core=True),
    Field("tenant_id", "project_id", core=True),
    Field("user_id", "user_id", core=True),
    Field("metadata", lambda row, _: orjson.Fragment(row.metadata), core=True),
    Field("hostId", host_id, core=True),
    Field("image", image, core=True),
    Field("flavor", linked_flavor, until=EMBEDDED_FLAVOR, core=True),
    Field("flavor", embedded_flavor, EMBEDDED_FLAVOR, core=True),
    Field("created", timed("created"), core=True),
    Field("updated", timed("updated"), core=True),
    Field("addresses", addresses),
    Field("accessIPv4", access_address("access_ipv4"), core=True),
    Field("accessIPv6", access_address("access_ipv6"), core=True),
    Field("links", links, core=True),
    Field("OS-DCF:diskConfig", "disk_config", core=True),
    Field("progress", progress, core=True, sparse=True),
    Field("fault", fault, core=True, sparse=True),
    Field("OS-EXT-AZ:availability_zone", "availability_zone"),
    Field("config_drive", lambda row, _: "True" if row.config_drive else ""),
    Field("key_name", "key_name"),
    Field("OS-SRV-USG:launched_at", timed_precisely("launched")),
    Field("OS-SRV-USG:terminated_at", timed_precisely("terminated")),
    Field("security_groups", groups, sparse=True),
    Field("OS-EXT-STS:task_state", "task_state"),
    Field("OS-EXT-STS:vm_state", "vm_state"),
    Field("OS-EXT-STS:power_state", power_state),
    Field("os-extended-volumes:volumes_attached", volume_ids, until=v(3)),
    Field("os-extended-volumes:volumes_attached", volumes, v(3)),
    Field(f"{ATTR}host", "cluster", admin=True),
    Field(f"{ATTR}hypervisor_hostname", "cluster", admin=True),
    Field(f"{ATTR}instance_name", "instance", admin=True),
    Field(f"{ATTR}reservation_id", "reservation_id", v(3), admin=True),
    Field(f"{ATTR}launch_index", "launch_index", v(3), admin=True),
    Field(f"{ATTR}hostname", "hostname", v(3), until=v(90), admin=True),
    Field(f"{ATTR}hostname", "hostname", v(90)),
    Field(f"{ATTR}kernel_id", always(""), v(3), admin=True),
    Field(f"{ATTR}ramdisk_id", always(""), v(3), admin=True),
    Field(f"{ATTR}root_device_name", always("/dev/vda"), v(3), admin=True),
    Field(f"{ATTR}user_data", always(None), v(3), admin=True),
    Field("locked", "locked", v(9), core=True),
    Field("host_status", host_status, v(16), admin=True),
    Field("description", "description", v(19), core=True),
    Field("tags", lambda row, _: orjson.Fragment(row.tags), v(26), core=True),
    Field("trusted_image_certificates", always(None), v(63), core=True),
    Field("server_groups", always(()), v(71), alone=True),
    Field("locked_reason", "locked_reason", v(73), core=True),
    Field("pinned_availability_zone", "pinned_zone", v(96)),
)
SHORT_ADDRESSES = Field("addresses", bare_addresses, core=True)


def fields_of(version: Microversion, *, admin: bool, listed: bool) -> tuple[Field, ...]:
    """The rows of the table that an answer in this version has."""
    return tuple(
        field
        for field in FIELDS
        if field.since <= version
        and (field.until is None or version < field.until)
        and (admin or not field.admin)
        and not (listed and field.alone)
    )


def core_fields_of(version: Microversion) -> tuple[Field, ...]:
    """The same for PUT, which told less before 2.75."""
    core = [field for field in fields_of(version, admin=False, listed=False) if field.core]
    return (*core, SHORT_ADDRESSES)


@lru_cache(maxsize=1024)
def presenter(version: Microversion, base: str, *, admin: bool, listed: bool = False) -> Present:
    """What makes a body of a row, in this version. `base` is the URL of all services."""
    return put_together(fields_of(version, admin=admin, listed=listed), base)


@lru_cache(maxsize=256)
def updated(version: Microversion, base: str, *, admin: bool) -> Present:
    """The same for answers to PUT."""
    if version >= WHOLE_UPDATES:
        return presenter(version, base, admin=admin)
    return put_together(core_fields_of(version), base)


def put_together(fields: tuple[Field, ...], base: str) -> Present:
    """One function from the fields' functions."""
    plain = {field.name: field.say for field in fields if isinstance(field.say, str)}
    told = [(f.name, f.say) for f in fields if not isinstance(f.say, str) and not f.sparse]
    sparse = [(f.name, f.say) for f in fields if not isinstance(f.say, str) and f.sparse]
    names, pick = tuple(plain), attrgetter(*plain.values())

    def present(row: ServerView) -> dict[str, Any]:
        body = dict(zip(names, pick(row), strict=True))
        for name, say in told:
            body[name] = say(row, base)
        for name, say in sparse:
            value = say(row, base)
            if value is not None:
                body[name] = value
        return body

    return present


def brief(row: ServerName, base: str) -> dict[str, Any]:
    """As in short lists."""
    return {"id": row.id, "name": row.name, "links": links(row, base)}


def promised(server: Any, said: dict[str, Any], base: str) -> dict[str, Any]:
    """As answered to POST; `said` is what the request adds."""
    body = {
        "id": server.id,
        "links": links(server, base),
        "OS-DCF:diskConfig": server.disk_config,
    }
    return {"server": body | said}
