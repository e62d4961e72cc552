"""An attempt ends in a job, in a refusal, or is made again; never in two jobs."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cyclades.adapters.simulated.reports import effect_in
from cyclades.adapters.sql.schema.effects import effects
from cyclades.domain.model.deadlines import TOO_LATE
from cyclades.domain.services.effect_submission import (
    LONGEST_WAIT,
    REFUSED,
    SETTLE,
    Outcome,
    attempt,
)
from cyclades.ports.outbox import Claim
from tests.harness.cloud import Cloud
from tests.workers.invariants import violations

LEASE = 60


def claimed(cloud: Cloud) -> Claim:
    now = cloud.clock.now()
    until = now + timedelta(seconds=LEASE)
    (claim,) = cloud.app.atomically(lambda unit: unit.outbox.claim(now, until, 32, 100))
    return claim


def recorded(cloud: Cloud, claim: Claim, outcome: Outcome) -> bool:
    return cloud.app.atomically(lambda unit: unit.effect_submission.record(claim, outcome))


def tried(cloud: Cloud, claim: Claim) -> Outcome:
    outcome = attempt(cloud.cluster(), claim, lambda: True)
    assert outcome is not None
    return outcome


def jobs_of(cloud: Cloud, claim: Claim) -> list[int]:
    return cloud.cluster().store.look(
        lambda world: [n for n, job in world.jobs.items() if effect_in(job.op) == claim.effect.id]
    )


def test_a_submission_becomes_a_job(cloud: Cloud) -> None:
    cloud.create()
    claim = claimed(cloud)
    outcome = tried(cloud, claim)
    assert [outcome.job_id] == jobs_of(cloud, claim)
    assert recorded(cloud, claim, outcome)
    assert not recorded(cloud, claim, outcome), "it is written down once"


@pytest.mark.parametrize(
    ("fault", "jobs"), [("swallow_answers", 1), ("swallow_requests", 0)], ids=["answer", "request"]
)
def test_a_lost_exchange_is_cleared_up_before_anything_is_sent_again(
    cloud: Cloud, fault: str, jobs: int
) -> None:
    server_id = cloud.create()
    cloud.cluster().faults.set(**{fault: 1})
    claim = claimed(cloud)
    outcome = tried(cloud, claim)
    assert outcome.uncertain
    assert recorded(cloud, claim, outcome)
    assert len(jobs_of(cloud, claim)) == jobs
    cloud.clock.passed += SETTLE - 1
    assert not cloud.app.atomically(
        lambda unit: unit.outbox.claim(cloud.clock.now(), cloud.clock.now(), 32, 100)
    ), "what was sent may still arrive"
    cloud.clock.passed += 1
    again = claimed(cloud)
    assert again.uncertain
    assert tried(cloud, again).job_id is not None
    assert len(jobs_of(cloud, claim)) == 1
    cloud.converge()
    assert cloud.server(server_id).status == "ACTIVE"
    assert violations(cloud.app) == []


def test_a_refusal_is_final_and_shown_without_the_clusters_words(cloud: Cloud) -> None:
    server_id = cloud.create()
    cloud.cluster().faults.set(refuse=1)
    claim = claimed(cloud)
    outcome = tried(cloud, claim)
    assert "on demand" in outcome.error
    assert recorded(cloud, claim, outcome)
    fault = cloud.server(server_id).fault
    assert fault is not None
    assert fault.message == REFUSED
    assert cloud.outcome(server_id, "req-1") == ("Error", REFUSED)
    cloud.converge()
    assert violations(cloud.app) == []


@pytest.mark.parametrize("switch", ["unreachable", "drained"])
def test_a_cluster_that_takes_nothing_is_waited_for(cloud: Cloud, switch: str) -> None:
    server_id = cloud.create()
    cloud.cluster().faults.set(**{switch: True})
    waits = []
    for _ in range(7):
        claim = claimed(cloud)
        outcome = tried(cloud, claim)
        assert not outcome.uncertain, "nothing was sent"
        assert recorded(cloud, claim, outcome)
        waits.append(wait_of(cloud))
    assert waits == [2, 4, 8, 16, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]
    assert cloud.server(server_id).status == "BUILD"
    cloud.cluster().faults.clear()
    cloud.converge()
    assert cloud.server(server_id).status == "ACTIVE"


def wait_of(cloud: Cloud) -> float:
    """Pass time until the next attempt is due; how many seconds."""
    with cloud.app.reader() as unit:
        due = unit.connection.execute(select(effects.c.due)).scalar_one()
    seconds = float((due - cloud.clock.now()).total_seconds())
    cloud.clock.passed += seconds
    return seconds


def test_after_the_deadline_the_user_is_told(cloud: Cloud) -> None:
    server_id = cloud.create()
    cloud.cluster().faults.set(unreachable=True)
    cloud.clock.passed += cloud.app.settings.effect_deadline + 1
    claim = claimed(cloud)
    assert recorded(cloud, claim, tried(cloud, claim))
    fault = cloud.server(server_id).fault
    assert fault is not None
    assert fault.message == TOO_LATE


def test_what_may_have_arrived_is_never_given_up(cloud: Cloud) -> None:
    server_id = cloud.create()
    cloud.cluster().faults.set(swallow_answers=1)
    claim = claimed(cloud)
    recorded(cloud, claim, tried(cloud, claim))
    cloud.cluster().faults.set(unreachable=True)
    cloud.clock.passed += cloud.app.settings.effect_deadline + 1
    again = claimed(cloud)
    outcome = tried(cloud, again)
    assert outcome.uncertain, "not reaching the cluster proves nothing about the first attempt"
    assert recorded(cloud, again, outcome)
    assert cloud.server(server_id).status == "BUILD"
    cloud.cluster().faults.clear()
    cloud.converge()
    assert cloud.server(server_id).status == "ACTIVE"


def test_whoever_is_too_late_sends_nothing(cloud: Cloud) -> None:
    cloud.create()
    claim = claimed(cloud)
    assert attempt(cloud.cluster(), claim, lambda: False) is None
    assert jobs_of(cloud, claim) == []


@pytest.mark.parametrize(
    "outcome",
    [Outcome(job_id=99), Outcome(refused="No."), Outcome(error="down"), Outcome(uncertain=True)],
    ids=["job", "refusal", "waits", "uncertain"],
)
def test_whoever_lost_the_claim_changes_nothing(cloud: Cloud, outcome: Outcome) -> None:
    server_id = cloud.create()
    old = claimed(cloud)
    cloud.clock.passed += LEASE + 1
    new = claimed(cloud)
    before = cloud.server(server_id)
    assert not recorded(cloud, old, outcome)
    assert cloud.server(server_id) == before
    assert recorded(cloud, new, tried(cloud, new))
