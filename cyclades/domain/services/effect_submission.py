"""Submitting one effect: what to do with each way in which it can end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from cyclades.domain.model.crashes import TRIES, UNDOABLE, pause_after
from cyclades.domain.model.deadlines import TOO_LATE, given_up, time_for
from cyclades.domain.model.effects import Effect
from cyclades.domain.services.builds import Builds
from cyclades.domain.services.cluster_updates import ClusterUpdates
from cyclades.ports.clock import Clock
from cyclades.ports.cluster_driver import (
    ClusterDriver,
    ClusterUnavailable,
    SubmissionAmbiguous,
    SubmissionRefused,
)
from cyclades.ports.outbox import Claim, Outbox

REFUSED = "The cluster did not accept the operation."
LONGEST_WAIT = 30  # seconds between attempts
SETTLE = 20  # seconds until a request whose answer was lost can surely not arrive any more


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: a job, a refusal, or neither (then it is tried again).

    `crashed`: nobody foresaw what happened.
    """

    job_id: int | None = None
    refused: str | None = None
    uncertain: bool = False
    error: str = ""
    crashed: bool = False


Handler = Callable[[Claim, Exception], Outcome]

# What an exception says about the job: there is none; there may be one; it was never sent
# (then an earlier uncertainty stays).
HANDLERS: Mapping[type[Exception], Handler] = {
    SubmissionRefused: lambda _, error: Outcome(refused=REFUSED, error=str(error)),
    SubmissionAmbiguous: lambda _, error: Outcome(uncertain=True, error=str(error)),
    ClusterUnavailable: lambda claim, error: Outcome(uncertain=claim.uncertain, error=str(error)),
}


def attempt(driver: ClusterDriver, claim: Claim, in_time: Callable[[], bool]) -> Outcome | None:
    """Find the job of an earlier attempt, or submit; talks to the cluster only.

    None when it is too late to send: another worker may have taken over.
    """
    try:
        if claim.uncertain:
            job_id = driver.find(claim.effect.id)
            if job_id is not None:
                return Outcome(job_id=job_id)
            if claim.overdue and _given_up(claim.effect):
                return Outcome(refused=TOO_LATE)  # nobody wants it any more
        if claim.crashes >= TRIES:
            return Outcome(refused=UNDOABLE)
        if not in_time():
            return None
        return Outcome(job_id=driver.submit(claim.effect))
    except tuple(HANDLERS) as error:
        handler = next(HANDLERS[kind] for kind in type(error).__mro__ if kind in HANDLERS)
        return handler(claim, error)


def _given_up(effect: Effect) -> bool:
    return given_up(effect.operation, effect.purpose, effect.task_id)


def pause(claim: Claim, outcome: Outcome) -> timedelta:
    """How long until the next attempt."""
    if outcome.crashed:
        return pause_after(claim.crashes)
    wait = SETTLE if outcome.uncertain else min(2**claim.attempts, LONGEST_WAIT)
    return timedelta(seconds=wait)


@dataclass(frozen=True, slots=True)
class EffectSubmission:
    """Writes down how an attempt ended, unless somebody else has taken the effect over."""

    outbox: Outbox
    builds: Builds
    updates: ClusterUpdates
    clock: Clock
    longest: int

    def claim(self, lease: float, most: int, per_cluster: int) -> Sequence[Claim]:
        """Take what is due for `lease` seconds; what its disks are made from can be fetched."""
        now = self.clock.now()
        claims = self.outbox.claim(now, now + timedelta(seconds=lease), most, per_cluster)
        if builds := [claim.effect.id for claim in claims if claim.effect.guest.ticket]:
            self.builds.sent(builds)
        return claims

    def record(self, claim: Claim, outcome: Outcome) -> bool:
        """Submitted, refused or to be tried again; False when the claim was lost."""
        if outcome.job_id is not None:
            return self.outbox.submitted(claim.effect.id, claim.fence, outcome.job_id)
        if outcome.refused is not None:
            return self._give_up(claim, outcome.refused)
        if not outcome.uncertain and self._hopeless(claim):
            return self._give_up(claim, TOO_LATE)
        return self.outbox.postpone(
            claim.effect.id,
            claim.fence,
            self.clock.now() + pause(claim, outcome),
            uncertain=outcome.uncertain,
            error=outcome.error,
            crashed=outcome.crashed,
        )

    def _hopeless(self, claim: Claim) -> bool:
        effect, age = claim.effect, self.clock.now() - claim.created
        return age > time_for(effect.operation, self.longest) and _given_up(effect)

    def _give_up(self, claim: Claim, message: str) -> bool:
        effect = self.outbox.lock(claim.effect.id)
        if effect is None or effect.fence != claim.fence:
            return False
        self.updates.refuse(effect, message)
        return True
