"""The effects worker: claims effects, submits them, records what came of it."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import structlog

from cyclades.bootstrap import Application
from cyclades.bootstrap.faultpoints import reached
from cyclades.domain.services.effect_submission import Outcome, attempt
from cyclades.ports.cluster_driver import ClusterUnavailable
from cyclades.ports.outbox import Claim

log = structlog.get_logger("cyclades.effects")
IDLE = 1.0  # seconds between looks when nobody wakes us
BATCH = 32


class EffectsWorker:
    """Any number of these may run at once: claims are leases with fences."""

    name = "effects"

    def __init__(self, app: Application) -> None:
        """Threads wait for clusters, so that a slow one does not hold up the others."""
        self._app = app
        self._pool = ThreadPoolExecutor(max_workers=BATCH, thread_name_prefix="submit")

    def turn(self) -> float:
        """Claim a batch and submit it; at once again while there is work."""
        app, settings = self._app, self._app.settings
        started = app.clock.monotonic()
        now = app.clock.now()
        lease_until = now + timedelta(seconds=settings.effect_lease)
        claims = app.atomically(
            lambda unit: unit.outbox.claim(now, lease_until, BATCH, settings.effects_per_cluster)
        )
        if not claims:
            return IDLE
        reached("claimed")
        ended = wait([self._pool.submit(self._submit, claim, started) for claim in claims])
        for error in filter(None, (future.exception() for future in ended.done)):
            # The job may exist: it is found again when the lease ends, or by the poller.
            log.error("an outcome was not written down", exc_info=error)
        return 0

    def close(self) -> None:
        """Wait for submissions in progress."""
        self._pool.shutdown(wait=True)

    def _submit(self, claim: Claim, started: float) -> None:
        app, half = self._app, self._app.settings.effect_lease / 2
        try:
            # Whoever was stopped for long must not send: another takes over when the lease ends.
            outcome = attempt(
                app.drivers.of(claim.effect.cluster_id),
                claim,
                lambda: app.clock.monotonic() - started < half,
            )
        except ClusterUnavailable as error:
            outcome = Outcome(uncertain=claim.uncertain, error=str(error))
        except Exception as error:
            # A bug must neither send twice nor block the others: it counts as uncertain.
            log.exception("a submission failed", effect=claim.effect.id)
            outcome = Outcome(uncertain=True, error=type(error).__name__)
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
