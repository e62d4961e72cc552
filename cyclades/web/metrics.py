"""/metrics: how the installation is, in Prometheus's text format.

For administrators, and for whoever shows the operator's key; everybody else gets one and
the same 401.
"""

import hmac
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from pyramid.config import Configurator
from pyramid.response import Response

from cyclades.domain.model.errors import Unauthenticated
from cyclades.domain.model.server_states import TaskState, VmState, status_of
from cyclades.ports.metrics import ClusterFigures, ServerCount, Snapshot
from cyclades.web.request import CycladesRequest
from cyclades.web.traffic import TRAFFIC

PATH = "/metrics"
REFUSED = "The request you have made requires authentication."
QUANTILES = (0.5, 0.95, 1.0)
MEBI = 2**20
OF_CLUSTERS: Mapping[str, tuple[str, Callable[[ClusterFigures], float]]] = {
    "cluster_answering": ("Whether the cluster answers.", lambda c: c.answering),
    "cluster_drained": ("Whether it takes no new servers.", lambda c: c.drained),
    "cluster_offline": ("Whether its operator has taken it out.", lambda c: c.offline),
    "cluster_nodes": ("Nodes that can run instances.", lambda c: c.capacity.nodes),
    "cluster_instances": ("Instances, ours or not.", lambda c: c.capacity.instances),
    "cluster_memory_bytes": ("Memory of the nodes.", lambda c: c.capacity.memory_total * MEBI),
    "cluster_memory_free_bytes": ("Not promised yet.", lambda c: c.capacity.memory_free * MEBI),
    "cluster_disk_bytes": ("Storage of the nodes.", lambda c: c.capacity.disk_total * MEBI),
    "cluster_disk_free_bytes": ("Not promised yet.", lambda c: c.capacity.disk_free * MEBI),
}
Series = Mapping[Any, float]  # by tuples of the labels' values


def include(config: Configurator) -> None:
    """Serve it; it is no resource of the API."""
    config.add_route("metrics", PATH)
    config.add_view(show_metrics, route_name="metrics", request_method="GET")


def show_metrics(request: CycladesRequest) -> Response:
    """All figures of the installation, and those of this process. Raises Unauthenticated."""
    admit(request)
    found = CollectorRegistry()
    found.register(Figures(request.cyclades.metrics.snapshot(), request.app.clock.now()))
    body = generate_latest(found) + generate_latest(TRAFFIC)
    return Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def admit(request: CycladesRequest) -> None:
    """Raise Unauthenticated, whatever the reason, in the same words."""
    key, shown = request.app.settings.metrics_key, request.headers.get("Authorization", "")
    if key and hmac.compare_digest(shown.encode(), f"Bearer {key}".encode()):
        return
    try:
        allowed = request.caller.is_admin
    except Unauthenticated:
        allowed = False
    if not allowed:
        raise Unauthenticated(REFUSED)


class Figures(Collector):
    """A snapshot as Prometheus's families; ages are in seconds."""

    def __init__(self, seen: Snapshot, now: datetime) -> None:
        """Keep both."""
        self._seen = seen
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All families."""
        yield from self._of_clusters()
        yield from self._of_effects()
        yield from self._of_divergences()
        yield from self._of_feed()
        states = total(
            ((self._name(row.cluster_id), status(row)), row.number) for row in self._seen.servers
        )
        yield family("servers", "Servers that are not deleted.", ("cluster", "status"), states)

    def _of_clusters(self) -> Iterator[GaugeMetricFamily]:
        clusters = self._seen.clusters.values()
        for name, (says, read) in OF_CLUSTERS.items():
            yield family(name, says, ("cluster",), {(c.name,): float(read(c)) for c in clusters})
        heard = {(c.name,): self._age(c.heard) for c in clusters if c.heard}
        yield family("hints_heard_age_seconds", "Since its nodes spoke.", ("cluster",), heard)

    def _of_effects(self) -> Iterator[GaugeMetricFamily]:
        ways = ("cluster", "state")
        seen = [(row, (self._name(row.cluster_id), row.state)) for row in self._seen.effects]
        waiting = total((way, row.number) for row, way in seen)
        yield family("effects", "Operations that are not finished.", ways, waiting)
        late = total((way[:1], row.number) for row, way in seen if row.overdue)
        yield family("effects_overdue", "Those past their deadline.", ways[:1], late)
        crashed = total((way[:1], row.number) for row, way in seen if row.crashed)
        yield family("effects_crashed", "Those that met an unforeseen error.", ways[:1], crashed)
        ages = oldest((way[:1], self._age(row.oldest)) for row, way in seen)
        yield family("effects_oldest_age_seconds", "Since the request.", ways[:1], ages)
        yield from self._of_times()

    def _of_times(self) -> Iterator[GaugeMetricFamily]:
        times: dict[tuple[str, str], list[float]] = {}
        for row in self._seen.ended:
            times.setdefault((row.operation, row.state), []).append(row.seconds)
        words = ("operation", "outcome")
        counts = {key: float(len(values)) for key, values in times.items()}
        yield family("operations_recent", "Of the newest 1000, those that ended.", words, counts)
        spread = {
            (*key, str(part)): sorted(values)[round(part * (len(values) - 1))]
            for key, values in times.items()
            for part in QUANTILES
        }
        says = "From request to end, of those."
        yield family("operation_seconds", says, (*words, "quantile"), spread)

    def _of_divergences(self) -> Iterator[GaugeMetricFamily]:
        rows, words = self._seen.divergences, ("cluster", "kind")
        seen = [(row, (self._name(row.cluster_id), row.kind)) for row in rows]
        lasting = {way: float(row.lasting) for row, way in seen}
        yield family("divergences", "What audits found and is not healed.", words, lasting)
        healed = {way: float(row.healed) for row, way in seen}
        yield family("divergences_healed", "What was, and is not any more.", words, healed)
        ages = {way: self._age(row.oldest) for row, way in seen if row.oldest}
        yield family("divergences_oldest_age_seconds", "Since it was first seen.", words, ages)

    def _of_feed(self) -> Iterator[GaugeMetricFamily]:
        rows, newest = self._seen.feed_rows, self._seen.feed_newest
        yield family("feed_rows", "Events that are kept, at most.", (), {(): float(rows)})
        age = {(): self._age(newest)} if newest else {}
        yield family("feed_newest_age_seconds", "Since the last change.", (), age)

    def _name(self, cluster_id: str) -> str:
        known = self._seen.clusters.get(cluster_id)
        return known.name if known else cluster_id

    def _age(self, moment: datetime) -> float:
        return (self._now - moment).total_seconds()


def family(name: str, says: str, words: tuple[str, ...], series: Series) -> GaugeMetricFamily:
    """One family of ours, in a settled order."""
    made = GaugeMetricFamily(f"cyclades_{name}", says, labels=words)
    for values, figure in sorted(series.items()):
        made.add_metric(values, figure)
    return made


def total(counted: Iterable[tuple[tuple[str, ...], int]]) -> Series:
    """Sums by their labels."""
    sums: Counter[tuple[str, ...]] = Counter()
    for key, count in counted:
        sums[key] += count
    return {key: float(count) for key, count in sums.items()}


def oldest(ages: Iterable[tuple[tuple[str, ...], float]]) -> Series:
    """The greatest age by its labels."""
    found: dict[tuple[str, ...], float] = {}
    for key, age in ages:
        found[key] = max(age, found.get(key, age))
    return found


def status(row: ServerCount) -> str:
    """What users of these servers read."""
    return status_of(VmState(row.vm_state), TaskState(row.task_state) if row.task_state else None)
