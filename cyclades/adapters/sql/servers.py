"""Servers in SQL: explicit mapping, one UPDATE guarded by the version."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, insert, select, update

from cyclades.adapters.sql.schema.servers import servers
from cyclades.adapters.sql.visibility import within
from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.reports import Power
from cyclades.domain.model.server import Fault, Server
from cyclades.domain.model.server_states import TaskState, VmState
from cyclades.domain.model.sharing import Scope
from cyclades.domain.services.cluster_poll import Watched
from cyclades.ports.servers import ServerRepository

PLAIN = (
    "id", "project_id", "user_id", "name", "cluster_id", "instance", "availability_zone",
    "flavor_id", "vcpus", "ram", "disk", "created", "updated", "description", "hostname",
    "reservation_id", "launch_index", "pinned_zone", "image_id", "key_name", "config_drive",
    "disk_config", "disk_template", "access_ipv4", "access_ipv6", "vm_state", "task_state",
    "power", "progress", "locked", "locked_by", "locked_reason", "generation", "effect_id",
    "absences", "launched", "terminated", "version",
)  # fmt: skip
AS_JSON = ("flavor", "metadata", "tags", "security_groups", "placement")


# What every update from a cluster needs: put together once.
SAVE = update(servers).where(
    servers.c.id == bindparam("same"), servers.c.version == bindparam("seen")
)
BY_ID = select(servers).where(servers.c.id == bindparam("same")).with_for_update()
BY_INSTANCE = (
    select(servers)
    .where(servers.c.instance == bindparam("named"), servers.c.cluster_id == bindparam("where"))
    .with_for_update()
)


class SqlServers(ServerRepository):
    """One row a server."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, server: Server) -> None:
        """Insert."""
        self._connection.execute(insert(servers), _values(server))

    def get(self, scope: Scope, server_id: str) -> Server:
        """Select a live one, claimed."""
        found = self._one(servers.c.id == server_id, ~servers.c.deleted, within(servers, scope))
        if found is None:
            raise NotFound("instance", server_id)
        return found

    def by_id(self, server_id: str) -> Server:
        """Select any, claimed."""
        found = self._found(BY_ID, {"same": server_id})
        if found is None:
            raise NotFound("instance", server_id)
        return found

    def by_instance(self, cluster_id: str, instance: str) -> Server | None:
        """Select by the instance's name, claimed."""
        return self._found(BY_INSTANCE, {"named": instance, "where": cluster_id})

    def save(self, server: Server, now: datetime) -> None:
        """Update, if the version is still the one that was read."""
        seen = server.version
        server.version, server.updated = seen + 1, now
        done = self._connection.execute(SAVE, {"same": server.id, "seen": seen, **_values(server)})
        if not done.rowcount:
            server.version = seen
            raise StaleVersion(f"Instance {server.id} was changed by somebody else.")

    def _one(self, *where: ColumnElement[bool]) -> Server | None:
        return self._found(select(servers).where(*where).with_for_update(), {})

    def _found(self, query: Select[Any], values: Mapping[str, str]) -> Server | None:
        row = self._connection.execute(query, values).one_or_none()
        return _server(row) if row else None


def _values(server: Server) -> dict[str, Any]:
    fault = server.fault
    return {
        **{name: getattr(server, name) for name in PLAIN},
        **{name: orjson.dumps(getattr(server, name)).decode() for name in AS_JSON},
        "deleted": server.deleted,
        "fault_code": fault.code if fault else None,
        "fault_message": fault.message if fault else None,
        "fault_created": fault.created if fault else None,
    }


def _server(row: Row[Any]) -> Server:
    kept = row._mapping  # noqa: SLF001  the row's public name for this is the same object
    values: dict[str, Any] = {name: kept[name] for name in PLAIN}
    values |= {name: orjson.loads(kept[name]) for name in AS_JSON}
    values["tags"] = tuple(values["tags"])
    values["security_groups"] = tuple(values["security_groups"])
    values["vm_state"] = VmState(values["vm_state"])
    values["task_state"] = TaskState(values["task_state"]) if values["task_state"] else None
    values["power"] = Power(values["power"])
    if kept["fault_code"] is not None:
        values["fault"] = Fault(kept["fault_code"], kept["fault_message"], kept["fault_created"])
    return Server(**values)


WATCHED = select(
    servers.c.instance,
    servers.c.version,
    servers.c.vm_state,
    servers.c.power,
    servers.c.vcpus,
    servers.c.ram,
    servers.c.absences,
    servers.c.effect_id.is_(None) & servers.c.launched.is_not(None),
    servers.c.disk_template,
).where(servers.c.cluster_id == bindparam("cluster_id"), ~servers.c.deleted)
WATCHED_OF_THESE = WATCHED.where(servers.c.instance.in_(bindparam("names", expanding=True)))


def watched(
    connection: Connection, cluster_id: str, names: Collection[str] | None = None
) -> Sequence[Watched]:
    """A cluster's live servers, all or those with these instances: one statement."""
    values: dict[str, Any] = {"cluster_id": cluster_id}
    if names is None:
        rows = connection.execute(WATCHED, values)
    else:
        rows = connection.execute(WATCHED_OF_THESE, values | {"names": list(names)})
    return [Watched(*row) for row in rows]
