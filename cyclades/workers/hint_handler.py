"""What one cluster's hints come to: looks at it, and reports applied."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor

import structlog

from cyclades.bootstrap import Application
from cyclades.domain.model.hints import Hint, HintKind
from cyclades.domain.services.cluster_hints import ClusterHints, Known, progress_of
from cyclades.domain.services.cluster_poll import ClusterPoll, PollMemory
from cyclades.ports.cluster_driver import ClusterUnavailable
from cyclades.workers.reports import apply_all, apply_beside

log = structlog.get_logger("cyclades.updates")
HEARD_PAUSE = 1.0  # seconds between two notes that the nodes were heard
SYNC_PAUSE = 5.0  # seconds between two looks at everything
ALL = ""  # stands for the whole cluster where instances are named
READ = frozenset({HintKind.JOB, HintKind.INSTANCE})

Later = Mapping[Hint, tuple[str, float]]
"""Hints to handle again: about which instance (or ALL), and when."""


class HintHandler:
    """Handling a hint twice is as good as once."""

    def __init__(self, app: Application, cluster_id: str, threads: Executor | None) -> None:
        """Nothing was looked at yet; with `threads`, instances are dealt with side by side."""
        self._app = app
        self._threads = threads
        self._cluster_id = cluster_id
        self._looked: dict[str, float] = {}
        self._memory = PollMemory()
        self._synced = self._noted = float("-inf")
        self._answers = True

    def handle(self, hints: Sequence[Hint]) -> Later:
        """Do what they ask for; when this returns, it is committed."""
        self._note_heard(hints)
        progress = [hint for hint in hints if hint.kind is HintKind.PROGRESS]
        apply_all(self._app, progress_of(progress))
        later: dict[Hint, tuple[str, float]] = {}
        try:
            if to_read := [hint for hint in hints if hint.kind in READ]:
                later |= self._read(to_read)
            if syncs := [hint for hint in hints if hint.kind is HintKind.SYNC]:
                later |= self._sync(syncs)
        except ClusterUnavailable as error:
            # Not ours to wait for: the poller asks until it answers, and finds everything.
            if self._answers:
                log.warning("not read", cluster=self._cluster_id, error=str(error))
            self._answers = False
        else:
            self._answers = True
        return later

    def _read(self, hints: Collection[Hint]) -> Later:
        app = self._app
        driver, clock = app.drivers.of(self._cluster_id), app.clock
        reader = ClusterHints(self._cluster_id, driver, self._recall, clock.monotonic, self._looked)
        reading = reader.read(hints)
        if reading.ignored:
            log.debug("about nothing of ours", cluster=self._cluster_id, hints=reading.ignored)
        if self._threads and len(reading.reports) > 1:
            apply_beside(app, reading.reports, self._threads)
        else:
            apply_all(app, reading.reports)
        return reading.later

    def _recall(self, names: Collection[str], effects: Collection[str]) -> Known:
        with self._app.reader() as unit:
            watched = unit.watched(self._cluster_id, names)
            unfinished = unit.outbox.unfinished(effects)
        return Known({known.instance: known for known in watched}, unfinished)

    def _sync(self, hints: Sequence[Hint]) -> Later:
        app, cluster_id = self._app, self._cluster_id
        started, due = app.clock.monotonic(), self._synced + SYNC_PAUSE
        if started < due:
            return dict.fromkeys(hints, (ALL, due))
        self._synced = started
        with app.reader() as unit:
            watched = {known.instance: known for known in unit.watched(cluster_id)}
            flying = unit.outbox.in_flight(cluster_id)
        poll = ClusterPoll(cluster_id, app.drivers.of(cluster_id), self._memory)
        apply_all(app, poll.jobs(flying, watched))
        apply_all(app, poll.instances(watched, poll.busy(flying)))
        return {}

    def _note_heard(self, hints: Sequence[Hint]) -> None:
        app, now = self._app, self._app.clock.monotonic()
        tokens = [hint.token for hint in hints if hint.kind is HintKind.TEST]
        if not tokens and now < self._noted + HEARD_PAUSE:
            return
        token, moment = tokens[-1] if tokens else None, app.clock.now()
        app.atomically(lambda unit: unit.clusters.note_heard(self._cluster_id, moment, token))
        self._noted = now
