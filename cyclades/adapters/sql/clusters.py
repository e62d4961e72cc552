"""Clusters in SQL."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.moments import ended, moments
from cyclades.adapters.sql.schema.clusters import clusters
from cyclades.adapters.sql.schema.servers import servers
from cyclades.domain.model.cluster import Capacity, Cluster, ClusterConnection
from cyclades.domain.model.errors import AlreadyExists, Conflict, NotFound
from cyclades.ports.clusters import ClusterRepository
from cyclades.ports.secrets import Secrets

CAPACITY = tuple(item.name for item in fields(Capacity))


class SqlClusters(ClusterRepository):
    """One row a cluster."""

    def __init__(self, connection: Connection, secrets: Secrets) -> None:
        """Work in this connection's transaction."""
        self._connection = connection
        self._secrets = secrets

    def add(self, cluster: Cluster, now: datetime) -> None:
        """Insert, sealing the password."""
        link = cluster.connection
        values = {
            "id": cluster.id,
            "name": cluster.name,
            "uuid": cluster.uuid,
            "driver": link.driver,
            **self._link(link),
            "release": cluster.release,
            "disk_templates": " ".join(cluster.disk_templates),
            "hypervisors": " ".join(cluster.hypervisors),
            "availability_zone": cluster.availability_zone,
            "drained": cluster.drained,
            "offline": cluster.offline,
            "breaker_open": cluster.breaker_open,
            "trouble": cluster.trouble,
            "created": now,
            "updated": now,
            "version": 1,
            **asdict(cluster.capacity),
        }
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(clusters).values(values))
        except IntegrityError as error:
            raise AlreadyExists(
                f"A cluster named {cluster.name} or with UUID {cluster.uuid} exists already."
            ) from error

    def get(self, cluster_id: str) -> Cluster:
        """Select by id."""
        return self._one(clusters.c.id == cluster_id, cluster_id)

    def by_name(self, name: str) -> Cluster:
        """Select by name."""
        return self._one(clusters.c.name == name, name)

    def list(self) -> Sequence[Cluster]:
        """Select all."""
        rows = self._connection.execute(select(clusters).order_by(clusters.c.name))
        return [_cluster(row, "") for row in rows]

    def set_state(
        self,
        cluster_id: str,
        now: datetime,
        *,
        drained: bool | None = None,
        offline: bool | None = None,
        breaker_open: bool | None = None,
        trouble: str | None = None,
    ) -> None:
        """Update the switches that are given."""
        given = {
            "drained": drained,
            "offline": offline,
            "breaker_open": breaker_open,
            "trouble": trouble,
        }
        values = {name: value for name, value in given.items() if value is not None}
        self._connection.execute(
            update(clusters)
            .where(clusters.c.id == cluster_id)
            .values(**values, updated=now, version=clusters.c.version + 1)
        )

    def set_connection(self, connection: ClusterConnection, now: datetime) -> None:
        """Update, sealing the password."""
        self._connection.execute(
            update(clusters)
            .where(clusters.c.id == connection.id)
            .values(**self._link(connection), updated=now, version=clusters.c.version + 1)
        )

    def set_capacity(self, cluster_id: str, capacity: Capacity, now: datetime) -> None:
        """Update the figures."""
        self._connection.execute(
            update(clusters)
            .where(clusters.c.id == cluster_id)
            .values(**asdict(capacity), updated=now)
        )

    def reserve(self, cluster_id: str, count: int, memory: int, disk: int) -> None:
        """Update the figures by what was just promised."""
        self._connection.execute(
            update(clusters)
            .where(clusters.c.id == cluster_id)
            .values(
                memory_free=clusters.c.memory_free - count * memory,
                disk_free=clusters.c.disk_free - count * disk,
                instances=clusters.c.instances + count,
            )
        )

    def remove(self, cluster_id: str) -> None:
        """Delete, if nothing lives there."""
        alive = self._connection.execute(
            select(func.count()).where(servers.c.cluster_id == cluster_id, ~servers.c.deleted)
        ).scalar_one()
        if alive:
            raise Conflict(f"The cluster still has {alive} servers.")
        try:
            with self._connection.begin_nested():
                self._connection.execute(delete(clusters).where(clusters.c.id == cluster_id))
        except IntegrityError as error:
            raise Conflict(
                "Deleted servers still name this cluster: drain it and set it offline instead."
            ) from error

    def note_heard(self, cluster_id: str, now: datetime, token: str | None = None) -> None:
        """Update, and leave an older token when there is none."""
        said = {} if token is None else {"heard_token": token}
        self._connection.execute(
            update(clusters).where(clusters.c.id == cluster_id).values(heard=now, **said)
        )

    def heard_token(self, cluster_id: str) -> str | None:
        """Select one column."""
        statement = select(clusters.c.heard_token).where(clusters.c.id == cluster_id)
        return self._connection.execute(statement).scalar_one_or_none()

    def lease(self, cluster_id: str, holder: str, now: datetime, until: datetime) -> bool:
        """Update, if the lease is free, over or ours."""
        free = or_(
            clusters.c.poller.is_(None),
            clusters.c.poller == holder,
            ended(clusters.c.poll_until),
        )
        done = self._connection.execute(
            update(clusters)
            .where(clusters.c.id == cluster_id, free)
            .values(poller=holder, poll_until=until),
            moments(now, until),
        )
        return done.rowcount == 1

    def _link(self, link: ClusterConnection) -> dict[str, Any]:
        return {
            "endpoint": link.endpoint,
            "username": link.username,
            "password": self._secrets.seal(link.password.encode()),
            "fingerprint": link.fingerprint,
            "ca": link.ca,
            "options": orjson.dumps(link.options).decode(),
        }

    def _one(self, where: Any, name: str) -> Cluster:
        row = self._connection.execute(select(clusters).where(where)).one_or_none()
        if row is None:
            raise NotFound("cluster", name)
        return _cluster(row, self._secrets.unseal(bytes(row.password)).decode())


def _cluster(row: Row[Any], password: str) -> Cluster:
    connection = ClusterConnection(
        row.id,
        row.driver,
        row.endpoint,
        row.username,
        password,
        row.fingerprint,
        row.ca,
        orjson.loads(row.options),
    )
    return Cluster(
        id=row.id,
        name=row.name,
        connection=connection,
        uuid=row.uuid,
        release=row.release,
        disk_templates=tuple(row.disk_templates.split()),
        hypervisors=tuple(row.hypervisors.split()),
        capacity=Capacity(**{name: getattr(row, name) for name in CAPACITY}),
        availability_zone=row.availability_zone,
        drained=row.drained,
        offline=row.offline,
        breaker_open=row.breaker_open,
        trouble=row.trouble,
        created=row.created,
        version=row.version,
    )
