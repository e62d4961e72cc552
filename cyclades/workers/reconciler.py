"""The reconciler: compares everything with everything, again and again.

Level-triggered: it needs no event and remembers nothing that it could not find out again.
Deadlines come first and need no cluster; each cluster has a thread of its own.
"""

from datetime import timedelta
from zlib import crc32

import structlog

from cyclades.bootstrap import Application, Unit
from cyclades.bootstrap.faultpoints import reached
from cyclades.domain.model.divergence import MEANINGS
from cyclades.ports.cluster_driver import ClusterUnavailable
from cyclades.workers.audits import Audited, audit_cluster, audit_ledger
from cyclades.workers.cluster_threads import ClusterThreads

log = structlog.get_logger("cyclades.reconciler")
PAUSE = 5.0  # seconds between two looks at the deadlines
HEALED_KEPT = timedelta(days=7)
LEASE_MARGIN = 60  # seconds that an audit may take
SHARE = 20  # an audit takes at most one part in so many of the time...
RAREST = 10  # ...but no longer than so many intervals pass until the next


class Rounds:
    """When the next audit of one thing is due, and whether it is ours to make."""

    def __init__(self, app: Application, name: str, holder: str) -> None:
        """The first comes at once; later ones are spread over the interval by name."""
        self._app = app
        self._lease = f"audit:{name}"
        self._holder = holder
        self._interval = app.settings.audit_interval
        self._share = crc32(name.encode()) / 2**32
        self._next = app.clock.monotonic()

    def wait(self) -> float:
        """Seconds until the next is due."""
        return max(0.0, self._next - self._app.clock.monotonic())

    def take(self) -> bool:
        """Whether nobody else makes it."""
        now = self._app.clock.now()
        until = now + timedelta(seconds=2 * self._interval + LEASE_MARGIN)
        mine = self._app.atomically(
            lambda unit: unit.leases.take(self._lease, self._holder, now, until)
        )
        self._next = self._app.clock.monotonic() + self._interval * (0.75 + 0.5 * self._share)
        return mine

    def made(self, seconds: float) -> None:
        """It was made and took so long: what costs much is done rarely."""
        self._next += min(SHARE * seconds, RAREST * self._interval)

    def give_up(self) -> None:
        """Let another process make the next."""
        try:
            self._app.atomically(lambda unit: unit.leases.give_up(self._lease, self._holder))
        except Exception:
            log.exception("a lease was not given up", lease=self._lease)  # it ends by itself


class ClusterReconciler:
    """Audits one cluster."""

    def __init__(self, app: Application, cluster_id: str, holder: str) -> None:
        """`holder` names this process in the lease."""
        self._app = app
        self._cluster_id = cluster_id
        self.rounds = Rounds(app, cluster_id, holder)

    def turn(self) -> float:
        """One audit, if it is time; how long to wait until the next, in seconds."""
        app, rounds = self._app, self.rounds
        if not rounds.wait() and rounds.take():
            started = app.clock.monotonic()
            try:
                said(audit_cluster(app, self._cluster_id), self._cluster_id)
                rounds.made(app.clock.monotonic() - started)
            except ClusterUnavailable as error:
                log.warning("not audited", cluster=self._cluster_id, error=str(error))
        return rounds.wait()


class ReconcilerWorker:
    """Any number of these may run at once; leases keep them from doing the same."""

    name = "reconciler"

    def __init__(self, app: Application) -> None:
        """Nothing is audited yet."""
        self._app = app
        holder = app.ids.new()
        self._ledger = Rounds(app, "ledger", holder)
        self._reconcilers: list[ClusterReconciler] = []
        self._threads = ClusterThreads(app, self.name, lambda name: self._make(name, holder))

    def turn(self) -> float:
        """Deadlines, the database, and a thread for each cluster."""
        self._threads.follow()
        resolve_late(self._app)
        if not self._ledger.wait() and self._ledger.take():
            started = self._app.clock.monotonic()
            said(audit_ledger(self._app), "")
            before = self._app.clock.now() - HEALED_KEPT
            self._app.atomically(lambda unit: unit.divergences.forget(before))
            self._ledger.made(self._app.clock.monotonic() - started)
        return min(PAUSE, self._ledger.wait())

    def close(self) -> None:
        """End the threads, and let others go on at once."""
        self._threads.close()
        for each in (self._ledger, *(reconciler.rounds for reconciler in self._reconcilers)):
            each.give_up()

    def _make(self, cluster_id: str, holder: str) -> ClusterReconciler:
        made = ClusterReconciler(self._app, cluster_id, holder)
        self._reconcilers.append(made)
        return made


def resolve_late(app: Application) -> int:
    """Resolve what is past its deadline; how many operations."""
    count = 0
    while late := app.atomically(lambda unit: unit.deadlines.late()):
        resolved = [effect_id for effect_id in late if _resolved(app, effect_id)]
        count += len(resolved)
        if not resolved:
            break
    return count


def _resolved(app: Application, effect_id: str) -> bool:
    def work(unit: Unit) -> bool:
        return unit.deadlines.resolve(effect_id)

    try:
        done = app.atomically(work)
    except Exception:
        log.exception("a deadline was not told", effect=effect_id)
        return False
    if done:
        reached("told")
        log.warning("past its deadline", effect=effect_id)
    return done


def said(audited: Audited, cluster_id: str) -> None:
    """One line a round that found something."""
    alarming = [seen for seen in audited.found if MEANINGS[seen.divergence.kind].alarming]
    if alarming:
        log.info("audited", cluster=cluster_id, found=len(alarming), mended=len(audited.mended))
