"""A cloud over one real cluster, with workers: reports arrive through a broker, or by polls."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cyclades.bootstrap import Application
from cyclades.commands.worker import start_workers
from cyclades.domain.model.server import Server
from tests.ganeti.cloud import PATIENCE, Cloud, cloud_over
from tests.ganeti.cluster import GanetiCluster
from tests.ganeti.reporting import Reporting
from tests.harness.processes import wait_until
from tests.harness.rabbitmq import RabbitServer


@dataclass(frozen=True, slots=True)
class Site:
    """`nodes` report if they were told to."""

    cloud: Cloud
    cluster: GanetiCluster
    nodes: Reporting

    def change(self, server: Server, status: str, *gnt: str) -> float:
        """An administrator's `gnt-instance`; see `until`."""
        self.cluster.gnt("instance", gnt[0], "--submit", *gnt[1:], server.instance)
        return self.until(server, status)

    def until(self, server: Server, status: str) -> float:
        """Wait; seconds from the end of the cluster's last job to the sight of `status`.

        0 when it was seen before: a hook runs inside its job.
        """
        wait_until(
            lambda: self.cloud.see(server).status == status, status, seconds=PATIENCE, pause=0.01
        )
        seen = time.time()
        wait_until(lambda: all(self._ends()), "end of all jobs", seconds=PATIENCE)
        return max(0.0, seen - max(self._ends()))

    def _ends(self) -> list[float]:
        """When jobs ended, by the clock that all here share; 0 for those that have not."""
        jobs = [json.loads(path.read_text()) for path in self.cluster.queue_dir.glob("job-*")]
        ends = (job["end_timestamp"] or (0, 0) for job in jobs)
        return [seconds + micros / 1e6 for seconds, micros in ends]

    def jobs(self, server: Server) -> list[str]:
        """Ids of what Ganeti does, did and is to do to a server."""
        lines = self.cluster.gnt("job", "list", "--no-headers", "-o", "id,summary").splitlines()
        return [line.split()[0] for line in lines if f"({server.instance})" in line]

    def steps(self, server: Server) -> set[str]:
        """What the build said."""
        with self.cloud.app.reader() as unit:
            (action,) = unit.instance_actions.list(server.id)
            events = unit.instance_action_views.events(action.id)
        return {event.message or "" for event in events}


@contextmanager
def polling(app: Application, cluster: GanetiCluster) -> Iterator[Site]:
    """Nodes report nothing."""
    with _working(app, cluster, "poller") as site:
        yield site


@contextmanager
def listening(app: Application, cluster: GanetiCluster, server: RabbitServer) -> Iterator[Site]:
    """Nodes report to this broker, and nobody polls."""
    with _working(app, cluster, "updates") as site:
        with app.reader() as unit:
            registered = unit.clusters.by_name(cluster.name)
        with site.nodes.running(server, registered):
            yield site


@contextmanager
def _working(app: Application, cluster: GanetiCluster, kind: str) -> Iterator[Site]:
    cloud = cloud_over(app, {cluster.name: cluster})
    running = start_workers(app, ("effects", kind))
    try:
        yield Site(cloud, cluster, Reporting(cluster))
        cluster.clear()
    finally:
        running.stop(app.queue.wake)
