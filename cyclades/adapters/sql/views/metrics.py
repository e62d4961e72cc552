"""Figures in SQL: six statements, whatever the size of the installation."""

from collections.abc import Mapping
from dataclasses import fields

from sqlalchemy import Connection, case, func, select

from cyclades.adapters.sql.schema.clusters import clusters
from cyclades.adapters.sql.schema.divergences import divergences
from cyclades.adapters.sql.schema.effects import effects
from cyclades.adapters.sql.schema.feed import feed
from cyclades.adapters.sql.schema.servers import servers
from cyclades.domain.model.cluster import Capacity
from cyclades.ports.metrics import (
    ClusterFigures,
    DivergenceCount,
    EffectCount,
    EndedEffect,
    Metrics,
    ServerCount,
    Snapshot,
)

NEWEST = 1000  # effects of which the times are looked at
CAPACITY = tuple(clusters.c[item.name] for item in fields(Capacity))
CLUSTERS = select(
    clusters.c.id,
    clusters.c.name,
    clusters.c.drained,
    clusters.c.offline,
    clusters.c.breaker_open,
    clusters.c.heard,
    *CAPACITY,
)
STATES = (servers.c.cluster_id, servers.c.vm_state, servers.c.task_state)
SERVERS = select(*STATES, func.count()).where(~servers.c.deleted).group_by(*STATES)
CRASHED = effects.c.crashes > 0
WAYS = (effects.c.cluster_id, effects.c.state, effects.c.overdue, CRASHED.label("crashed"))
EFFECTS = (
    select(*WAYS, func.count(), func.min(effects.c.created).label("oldest"))
    .where(effects.c.finished.is_(None))
    .group_by(*WAYS)
)
ENDED = (
    select(effects.c.operation, effects.c.state, effects.c.created, effects.c.finished)
    .order_by(effects.c.seq.desc())
    .limit(NEWEST)
)
LASTING = divergences.c.healed.is_(None)
DIVERGENCES = select(
    divergences.c.cluster_id,
    divergences.c.kind,
    func.count().filter(LASTING),
    func.count(divergences.c.healed),
    func.min(case((LASTING, divergences.c.first_seen))).label("oldest"),
).group_by(divergences.c.cluster_id, divergences.c.kind)
# From the ends of an index: counting a day's rows would read them all.
LAST = select(feed.c.created).order_by(feed.c.seq.desc()).limit(1).scalar_subquery()
FEED = select(func.max(feed.c.seq), func.min(feed.c.seq), LAST.label("newest"))


class SqlMetrics(Metrics):
    """Aggregates over partial indexes, where there are any."""

    def __init__(self, connection: Connection) -> None:
        """Read on this connection."""
        self._connection = connection

    def snapshot(self) -> Snapshot:
        """Each figure by one statement."""
        rows = self._connection.execute
        last, first, newest = rows(FEED).one()
        return Snapshot(
            clusters=self._clusters(),
            servers=[ServerCount(*row) for row in rows(SERVERS)],
            effects=[EffectCount(*row) for row in rows(EFFECTS)],
            ended=[
                EndedEffect(row.operation, row.state, (row.finished - row.created).total_seconds())
                for row in rows(ENDED)
                if row.finished is not None
            ],
            divergences=[DivergenceCount(*row) for row in rows(DIVERGENCES)],
            feed_rows=0 if last is None else last - first + 1,
            feed_newest=newest,
        )

    def _clusters(self) -> Mapping[str, ClusterFigures]:
        return {
            row.id: ClusterFigures(
                row.name,
                row.drained,
                row.offline,
                not row.breaker_open,
                Capacity(*row[-len(CAPACITY) :]),
                row.heard,
            )
            for row in self._connection.execute(CLUSTERS)
        }
