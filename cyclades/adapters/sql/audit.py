"""What audits read, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)

from cyclades.adapters.sql.schema.effects import effects
from cyclades.adapters.sql.schema.ports import ports
from cyclades.adapters.sql.schema.quotas import quotas
from cyclades.adapters.sql.schema.routers import router_reports, routers
from cyclades.adapters.sql.schema.servers import instance_actions, servers
from cyclades.adapters.sql.schema.subnets import addresses
from cyclades.adapters.sql.schema.volumes import volume_attachments, volumes
from cyclades.adapters.sql.upserts import UPSERTS
from cyclades.adapters.sql.usage import COUNTED
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.port import COMPUTE_OWNER
from cyclades.domain.model.server_states import VmState
from cyclades.ports.audit import (
    Audit,
    AuditedServer,
    Drift,
    Leak,
    LostOperation,
    NamedServer,
    RouterTrouble,
)

AT_ONCE = 500  # names in one statement
ON_SERVER = ports.c.device_owner.startswith(COMPUTE_OWNER)
IN_FLIGHT = (
    select(effects.c.seq)
    .where(effects.c.server_id == servers.c.id, effects.c.finished.is_(None))
    .exists()
)
# What goes on once a task on the disk of one of its volumes has ended.
VOLUMES_MOVE = (
    select(volumes.c.id)
    .join(volume_attachments, volume_attachments.c.volume_id == volumes.c.id)
    .where(volume_attachments.c.server_id == servers.c.id, volumes.c.task_id.is_not(None))
    .exists()
)
IDLE = and_(servers.c.effect_id.is_(None), ~IN_FLIGHT)
# By way of the actions, which have an index by server.
BUILD_FAILED = (
    select(effects.c.seq)
    .join(instance_actions, instance_actions.c.effect_id == effects.c.id)
    .where(
        instance_actions.c.server_id == servers.c.id,
        effects.c.operation == Operation.CREATE,
        effects.c.state == "failed",
    )
    .exists()
)
SERVERS = (
    select(
        servers.c.id,
        servers.c.instance,
        servers.c.version,
        servers.c.vm_state,
        servers.c.power,
        servers.c.vcpus,
        servers.c.ram,
        servers.c.disk,
        servers.c.absences,
        and_(IDLE, servers.c.launched.is_not(None)).label("quiet"),
        and_(IDLE, servers.c.launched.is_(None), BUILD_FAILED).label("failed"),
        ports.c.mac,
        ports.c.status,
        addresses.c.address,
    )
    .outerjoin(ports, and_(ports.c.device_id == servers.c.id, ON_SERVER))
    .outerjoin(addresses, addresses.c.port_id == ports.c.id)
    .where(servers.c.cluster_id == bindparam("cluster"), ~servers.c.deleted)
    .order_by(servers.c.id)
)


def _drifts() -> Select[str, str, int, int]:
    counts = [
        select(
            project.label("project_id"),
            literal(resource).label("resource"),
            literal(0).label("booked"),
            amount.label("counted"),
        )
        .where(where)
        .group_by(project)
        for resource, (project, amount, where) in COUNTED.items()
    ]
    booked = select(
        quotas.c.project_id, quotas.c.resource, quotas.c.used, literal(0).label("counted")
    ).where(quotas.c.resource.in_(list(COUNTED)))
    both = union_all(*counts, booked).subquery()
    in_book, there = func.sum(both.c.booked), func.sum(both.c.counted)
    return (
        select(both.c.project_id, both.c.resource, in_book, there)
        .group_by(both.c.project_id, both.c.resource)
        .having(in_book != there)
        .order_by(both.c.project_id, both.c.resource)
    )


DRIFTS = _drifts()


class SqlAudit(Audit):
    """One statement a sight."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def servers(self, cluster_id: str) -> Sequence[AuditedServer]:
        """Select; a row an address of a port."""
        rows = self._connection.execute(SERVERS, {"cluster": cluster_id}).all()
        return [_audited(list(each)) for _, each in groupby(rows, lambda row: row.id)]

    def named(self, instances: Collection[str]) -> Mapping[str, NamedServer]:
        """Select."""
        found: dict[str, NamedServer] = {}
        columns = (servers.c.instance, servers.c.id, servers.c.cluster_id, servers.c.deleted)
        names = sorted(instances)
        for start in range(0, len(names), AT_ONCE):
            some = servers.c.instance.in_(names[start : start + AT_ONCE])
            query = select(*columns, IDLE.label("idle")).where(some)
            for row in self._connection.execute(query):
                found[row.instance] = NamedServer(row.id, row.cluster_id, row.deleted, row.idle)
        return found

    def leaks(self) -> Sequence[Leak]:
        """Select ports whose server is deleted."""
        rows = self._connection.execute(
            select(ports.c.device_id, ports.c.id, addresses.c.address)
            .join(servers, servers.c.id == ports.c.device_id)
            .outerjoin(addresses, addresses.c.port_id == ports.c.id)
            .where(ON_SERVER, servers.c.deleted)
            .order_by(ports.c.device_id, ports.c.id, addresses.c.address)
        )
        return [
            Leak(server_id, len({row.id for row in held}), [r.address for r in held if r.address])
            for server_id, group in groupby(rows, lambda row: row.device_id)
            for held in (list(group),)
        ]

    def drifts(self) -> Sequence[Drift]:
        """Select: one statement, so that no charge is seen by halves."""
        rows = self._connection.execute(DRIFTS)
        return [Drift(row[0], row[1], int(row[2]), int(row[3])) for row in rows]

    def lost_operations(self) -> Sequence[LostOperation]:
        """Select."""
        waits = or_(servers.c.effect_id.is_not(None), servers.c.vm_state == VmState.BUILDING)
        query = (
            select(servers.c.id, servers.c.cluster_id, servers.c.vm_state, servers.c.task_state)
            .where(~servers.c.deleted, waits, ~IN_FLIGHT, ~VOLUMES_MOVE)
            .order_by(servers.c.id)
        )
        return [LostOperation(*row) for row in self._connection.execute(query)]

    def troubled_routers(self) -> Sequence[RouterTrouble]:
        """Select what its own host said last."""
        said = router_reports.c
        query = (
            select(routers.c.id, routers.c.gateway_host, said.trouble)
            .join(router_reports, said.router_id == routers.c.id)
            .where(said.gateway_host == routers.c.gateway_host, said.trouble != "")
            .order_by(routers.c.id)
        )
        return [RouterTrouble(*row) for row in self._connection.execute(query)]

    def recount(self, project_id: str, resource: str) -> bool:
        """Lock the project's row, then update it by a count that begins after that."""
        row = {"project_id": project_id, "resource": resource}
        make = UPSERTS[self._connection.dialect.name]
        self._connection.execute(
            make(quotas).values(**row, used=0).on_conflict_do_nothing(),
        )
        mine = and_(quotas.c.project_id == project_id, quotas.c.resource == resource)
        self._connection.execute(select(quotas.c.used).where(mine).with_for_update())
        project, amount, where = COUNTED[resource]
        counted = select(func.coalesce(amount, 0)).where(project == project_id, where)
        there = counted.scalar_subquery()
        done = self._connection.execute(
            update(quotas).where(mine, quotas.c.used != there).values(used=there)
        )
        return done.rowcount == 1


def _audited(rows: Sequence[Row[Any]]) -> AuditedServer:
    """The server of these rows, one an address of a port, or one without."""
    about = rows[0]
    held: dict[str, set[str]] = {}
    for row in rows:
        if row.address:
            held.setdefault(row.mac, set()).add(row.address)
    return AuditedServer(
        about.id,
        about.instance,
        about.version,
        about.vm_state,
        about.power,
        about.vcpus,
        about.ram,
        about.disk,
        about.absences,
        about.quiet,
        about.failed,
        {row.mac: row.status for row in rows if row.mac},
        {mac: frozenset(given) for mac, given in held.items()},
    )
