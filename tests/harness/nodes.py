"""What a cluster's nodes say, without nodes: hints about everything that happens in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cyclades.domain.model.hints import Hint, HintKind, write_hint
from cyclades.workers.updates import ClusterListener
from tests.harness.cloud import Cloud, cloud_on
from tests.harness.processes import wait_until
from tests.harness.rabbitmq import RabbitServer
from tests.harness.samples import fresh


@dataclass
class Line:
    """A cloud with one cluster, its nodes, and the one who listens to them.

    Its pollers are there and stand still; `turn` turns all others, `listen` the listener
    until nothing waits.
    """

    cloud: Cloud
    cluster_id: str
    listener: ClusterListener
    seen: dict[int, tuple[object, ...]] = field(default_factory=dict)

    def say(self, *hints: Hint) -> None:
        """Through the broker."""
        for hint in hints:
            self.cloud.app.hints.publish(self.cluster_id, write_hint(hint))

    def about_job(self, job_id: int) -> Hint:
        return Hint(self.cluster_id, HintKind.JOB, job_id=job_id)

    def about(self, instance: str) -> Hint:
        return Hint(self.cluster_id, HintKind.INSTANCE, instance=instance)

    def news(self) -> list[Hint]:
        """What a watcher says that looks now: jobs that have changed since it last looked."""
        hints = []
        for job in self.cloud.cluster(self.cluster_id).jobs():
            state = (job.rank, job.outcome)
            if self.seen.get(job.job_id) != state:
                self.seen[job.job_id] = state
                hints.append(self.about_job(job.job_id))
        return hints

    def waiting(self) -> int:
        return self.cloud.app.hints.depths([self.cluster_id]).get(self.cluster_id, 0)

    def live(self, seconds: float, *, step: float = 0.2) -> None:
        """Let the cluster work and its nodes speak, with nobody polling."""
        end = self.cloud.clock.passed + seconds
        while self.cloud.clock.passed < end:
            self.cloud.workers[0].turn()
            self.say(*self.news())
            self.listener.turn()
            self.cloud.clock.passed += step

    def converge(self) -> None:
        """By hints alone."""
        for _ in range(100):
            if not self.cloud.unfinished():
                return
            self.live(1)
        raise TimeoutError(self.cloud.unfinished())

    def hear(self) -> None:
        """Until a test event has come through, and so everything that was said before."""
        token = fresh("token")
        self.say(Hint(self.cluster_id, HintKind.TEST, token=token))

        def heard() -> bool:
            self.listener.turn()
            with self.cloud.app.reader() as unit:
                return unit.clusters.heard_token(self.cluster_id) == token

        wait_until(heard, "the test event", pause=0)


@contextmanager
def line_on(database_url: str, home: Path, broker_url: str, **settings: object) -> Iterator[Line]:
    """A cloud whose cluster, of a name of its own, speaks through this broker."""
    cloud = cloud_on(database_url, home, hints="amqp", broker_url=broker_url, **settings)
    cluster_id = fresh("cluster")
    cloud.pollers.clear()
    cloud.app.atomically(lambda unit: unit.cluster_register.remove("one"))
    cloud.add_cluster(cluster_id)
    listener = ClusterListener(cloud.app, cluster_id)
    cloud.app.hints.open(cluster_id).close()
    try:
        yield Line(cloud, cluster_id, listener)
    finally:
        listener.close()
        cloud.close()


def granted(server: RabbitServer, user: str, cluster_id: str) -> str:
    """What an operator does for a cluster's nodes; the URL that they use."""
    server.ctl("add_user", user, "secret")
    server.ctl("set_permissions", user, "^$", "^cyclades\\.ganeti$", "^$")
    server.ctl("set_topic_permissions", user, "cyclades.ganeti", f"^ganeti\\.{cluster_id}$", "^$")
    return server.url(user, "secret")
