"""What any Metrics count."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, insert

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.divergences import SqlDivergences
from cyclades.adapters.sql.outbox import SqlOutbox
from cyclades.adapters.sql.schema.feed import feed
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.sql.views.metrics import SqlMetrics
from cyclades.domain.model.divergence import Divergence, DivergenceKind
from cyclades.domain.model.effects import RemoveInstance, StartInstance
from cyclades.ports.metrics import DivergenceCount, EffectCount, EndedEffect, Metrics
from tests.harness.samples import CAPACITY, NOW, a_cluster, a_server, effect_of
from tests.harness.sealing import secrets

LATER = NOW + timedelta(seconds=90)


@pytest.fixture
def metrics(connection: Connection) -> Metrics:
    """Of a cluster with three servers."""
    SqlClusters(connection, secrets()).add(a_cluster(), NOW)
    servers, outbox = SqlServers(connection), SqlOutbox(connection, secrets())
    for number, command in enumerate((StartInstance, StartInstance, RemoveInstance)):
        server = a_server()
        servers.add(server)
        effect = effect_of(server, command(server.instance), id=f"effect-of-{number}")
        outbox.put(effect, NOW + timedelta(seconds=number))
    outbox.finish("effect-of-0", "done", None, LATER)
    outbox.mark_overdue("effect-of-2")
    return SqlMetrics(connection)


def test_nothing_is_nothing(connection: Connection) -> None:
    seen = SqlMetrics(connection).snapshot()
    assert (seen.clusters, seen.servers, seen.effects, seen.ended) == ({}, [], [], [])
    assert (seen.feed_rows, seen.feed_newest) == (0, None)


def test_clusters_and_servers(metrics: Metrics) -> None:
    seen = metrics.snapshot()
    assert seen.clusters["one"].capacity == CAPACITY
    assert seen.clusters["one"].answering
    assert [tuple(row) for row in seen.servers] == [("one", "building", "scheduling", 3)]


def test_effects(metrics: Metrics) -> None:
    seen = metrics.snapshot()
    one, two = NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)
    assert sorted(seen.effects) == [
        EffectCount("one", "queued", overdue=False, crashed=False, number=1, oldest=one),
        EffectCount("one", "queued", overdue=True, crashed=False, number=1, oldest=two),
    ]
    assert seen.ended == [EndedEffect("start", "done", 90)]


def test_divergences(connection: Connection, metrics: Metrics) -> None:
    rows, kind = SqlDivergences(connection), DivergenceKind.POWER
    found = [Divergence(kind, "one", name, "", repairable=True) for name in ("a", "b")]
    rows.record("one", [kind], found, NOW)
    rows.record("one", [kind], found[:1], LATER)
    assert metrics.snapshot().divergences == [DivergenceCount("one", "power", 1, 1, NOW)]


def test_the_feed(connection: Connection, metrics: Metrics) -> None:
    values = {"kind": "server", "object_id": "x", "version": 1}
    for moment in (NOW, LATER):
        connection.execute(insert(feed).values(**values, created=moment))
    seen = metrics.snapshot()
    assert seen.feed_rows >= 2
    assert seen.feed_newest == LATER


def test_the_number_of_statements_is_fixed(connection: Connection, metrics: Metrics) -> None:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    event.listen(connection.engine, "before_cursor_execute", note)
    metrics.snapshot()
    event.remove(connection.engine, "before_cursor_execute", note)
    assert len(sent) == 6
