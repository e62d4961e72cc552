"""The poller: the update path that needs nobody's help.

One look at a time for each cluster, in a thread of its own, so that a dead cluster
delays only its own servers. A lease keeps several pollers apart.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from cyclades.bootstrap import Application
from cyclades.domain.services.cluster_poll import ClusterPoll, PollMemory, overtaken
from cyclades.ports.cluster_driver import ClusterUnavailable
from cyclades.ports.outbox import InFlight
from cyclades.workers.cluster_threads import ClusterThreads
from cyclades.workers.reports import apply_all

log = structlog.get_logger("cyclades.poller")
LEASE = 15  # seconds


class ClusterPoller:
    """Polls one cluster."""

    def __init__(self, app: Application, cluster_id: str, holder: str) -> None:
        """`holder` names this process in the lease."""
        self._app = app
        self._cluster_id = cluster_id
        self._holder = holder
        self._memory = PollMemory()
        self._next_scan = 0.0
        self._pause = app.settings.poll_fast
        self._trouble: str | None = None

    def turn(self) -> float:
        """One look; how long to wait until the next, in seconds."""
        settings = self._app.settings
        if not self._lease():
            return settings.poll_slow
        try:
            moved = self._look()
        except ClusterUnavailable as error:
            log.warning("cluster does not answer", cluster=self._cluster_id, error=str(error))
            self._note(str(error) or "The cluster does not answer.")
            return settings.poll_slow
        self._note("")
        # Adaptive: quick while something is going on, slower and slower when nothing is.
        self._pause = settings.poll_fast if moved else min(self._pause * 1.5, settings.poll_slow)
        return self._pause

    def _look(self) -> bool:
        app, cluster_id = self._app, self._cluster_id
        with app.reader() as unit:
            watched = {known.instance: known for known in unit.watched(cluster_id)}
            flying = unit.outbox.in_flight(cluster_id)
        poll = ClusterPoll(cluster_id, app.drivers.of(cluster_id), self._memory)
        applied = apply_all(app, poll.jobs(flying, watched))
        self._cancel(poll, flying)
        started = app.clock.monotonic()
        if started >= self._next_scan:
            applied += apply_all(app, poll.instances(watched, poll.busy(flying)))
            capacity = poll.driver.capacity()
            now = app.clock.now()
            app.atomically(lambda unit: unit.clusters.set_capacity(cluster_id, capacity, now))
            # A scan asks every node: the longer it takes, the rarer it is.
            cost = app.clock.monotonic() - started
            self._next_scan = started + max(app.settings.scan_interval, 20 * cost)
        return bool(applied or flying)

    def _cancel(self, poll: ClusterPoll, flying: Sequence[InFlight]) -> None:
        """Nobody waits for a build whose server is to be removed: not even its removal."""
        for job_id in overtaken(flying):
            if poll.driver.cancel(job_id):
                log.info("cancelled", cluster=self._cluster_id, job=job_id)

    def _lease(self) -> bool:
        now = self._app.clock.now()
        until = now + timedelta(seconds=LEASE)
        return self._app.atomically(
            lambda unit: unit.clusters.lease(self._cluster_id, self._holder, now, until)
        )

    def _note(self, trouble: str) -> None:
        """Say in the register why the cluster does not answer, or that it does."""
        if trouble == self._trouble:
            return
        now, cluster_id = self._app.clock.now(), self._cluster_id
        self._app.atomically(
            lambda unit: unit.clusters.set_state(
                cluster_id, now, breaker_open=bool(trouble), trouble=trouble
            )
        )
        self._trouble = trouble


class PollerWorker:
    """One thread a cluster."""

    name = "poller"

    def __init__(self, app: Application) -> None:
        """No cluster is polled yet."""
        holder = app.ids.new()
        self._pause = app.settings.poll_slow
        self._threads = ClusterThreads(
            app, self.name, lambda cluster_id: ClusterPoller(app, cluster_id, holder)
        )

    def turn(self) -> float:
        """Poll the clusters that are there and not offline."""
        self._threads.follow()
        return self._pause

    def close(self) -> None:
        """End the threads."""
        self._threads.close()
