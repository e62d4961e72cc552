"""The effects worker: claims effects, submits them, records what came of it."""

from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait

import structlog

from cyclades.bootstrap import Application
from cyclades.bootstrap.faultpoints import reached
from cyclades.domain.services.effect_submission import Outcome, attempt
from cyclades.ports.cluster_driver import ClusterUnavailable
from cyclades.ports.outbox import Claim

log = structlog.get_logger("cyclades.effects")
IDLE = 1.0  # seconds between looks when nobody wakes us
BATCH = 32
PATIENCE = 2.0  # seconds that a batch may take before the next is claimed beside it


class EffectsWorker:
    """Any number of these may run at once: claims are leases with fences."""

    name = "effects"

    def __init__(self, app: Application, pool: Executor | None = None) -> None:
        """Threads wait for clusters, so that a slow one does not hold up the others."""
        self._app = app
        self._pool = pool or ThreadPoolExecutor(max_workers=BATCH, thread_name_prefix="submit")
        self._running: set[Future[None]] = set()

    def turn(self) -> float:
        """Claim a batch and submit it; at once again while there is work."""
        app, settings = self._app, self._app.settings
        self._running = {future for future in self._running if not future.done()}
        room = BATCH - len(self._running)
        if not room:
            wait(self._running, return_when=FIRST_COMPLETED)
            return 0
        reached("claiming")
        started = app.clock.monotonic()
        lease, most = settings.effect_lease, settings.effects_per_cluster
        claims = app.atomically(lambda unit: unit.effect_submission.claim(lease, room, most))
        if not claims:
            return IDLE
        reached("claimed")
        batch = {self._pool.submit(self._submit, claim, started) for claim in claims}
        for future in batch:
            future.add_done_callback(note_failure)
        self._running |= batch
        wait(batch, timeout=PATIENCE)
        return 0

    def close(self) -> None:
        """Wait for submissions in progress."""
        self._pool.shutdown(wait=True)

    def _submit(self, claim: Claim, started: float) -> None:
        app, soon = self._app, self._app.settings.effect_lease / 3
        try:
            # Another takes over when the lease ends, and looks for our job. What we send must
            # have arrived by then, or never will: so the sending, which is given up after half
            # a minute of silence, begins soon or not at all.
            outcome = attempt(
                app.drivers.of(claim.effect.cluster_id),
                claim,
                lambda: app.clock.monotonic() - started < soon,
            )
        except ClusterUnavailable as error:
            outcome = Outcome(uncertain=claim.uncertain, error=str(error))
        except Exception as error:
            # A bug must neither send twice nor block the others: it counts as uncertain.
            log.exception("a submission failed", effect=claim.effect.id)
            outcome = Outcome(uncertain=True, error=type(error).__name__, crashed=True)
        if outcome is None:
            return
        reached("answered")
        self._app.atomically(lambda unit: unit.effect_submission.record(claim, outcome))
        reached("recorded")
        log.info(
            "submitted",
            effect=claim.effect.id,
            operation=claim.effect.operation,
            request_id=claim.effect.request_id,
            job=outcome.job_id,
            error=outcome.error or None,
        )
        if outcome.job_id is not None:
            self._app.queue.wake("poller")


def note_failure(ended: "Future[None]") -> None:
    """Say so when an outcome could not be written down.

    Nothing is lost: the poller, or whoever takes the claim over, finds the job again.
    """
    if error := ended.exception():
        log.error("an outcome was not written down", exc_info=error)
