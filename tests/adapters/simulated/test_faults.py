"""The simulated Ganeti fails when it is told to."""

import pytest

from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.adapters.system.documents import MemoryDocuments
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.reports import JobOutcome, JobRank
from cyclades.ports.cluster_driver import (
    ClusterUnavailable,
    IdentityMismatch,
    SubmissionAmbiguous,
    SubmissionRefused,
)
from tests.adapters.simulated.hand_clock import HandClock, cluster
from tests.contracts.clusters import effect, wanted


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def driver(clock: HandClock) -> SimulatedDriver:
    return cluster(clock)


@pytest.mark.parametrize(
    ("fault", "error", "jobs"),
    [
        ({"swallow_requests": 1}, SubmissionAmbiguous, 0),
        ({"swallow_answers": 1}, SubmissionAmbiguous, 1),
        ({"refuse": 1}, SubmissionRefused, 0),
        ({"drained": True}, ClusterUnavailable, 0),
        ({"unreachable": True}, ClusterUnavailable, 0),
    ],
)
def test_submissions_fail_on_demand(
    driver: SimulatedDriver, fault: dict[str, int], error: type[Exception], jobs: int
) -> None:
    asked = effect(wanted("one"))
    driver.faults.set(**fault)
    with pytest.raises(error):
        driver.submit(asked)
    driver.faults.clear()
    assert len(driver.jobs()) == jobs
    assert (driver.find(asked.id) is not None) == bool(jobs)
    assert driver.submit(asked) == jobs + 1


def test_jobs_fail_hang_and_vanish_on_demand(driver: SimulatedDriver, clock: HandClock) -> None:
    driver.faults.set(fail_jobs=1)
    failing = driver.submit(effect(wanted("one")))
    driver.faults.set(slowness=100.0)
    slow = driver.submit(effect(wanted("two")))
    clock.passed = 10
    failed, running = driver.job(failing), driver.job(slow)
    assert failed is not None
    assert failed.outcome is JobOutcome.ERROR
    assert running is not None
    assert running.rank is JobRank.RUNNING
    driver.faults.lose_jobs()
    assert driver.job(slow) is None


def test_another_cluster_can_answer_on_demand(clock: HandClock) -> None:
    documents = MemoryDocuments()
    driver = cluster(clock, documents)
    uuid = driver.identity().uuid
    strict = SimulatedDriver(driver.store, uuid)
    assert strict.instances() == []
    driver.faults.set(foreign_uuid="somebody-else")
    with pytest.raises(IdentityMismatch):
        strict.instances()


def test_unknown_faults_and_options_are_refused(driver: SimulatedDriver, clock: HandClock) -> None:
    with pytest.raises(TypeError):
        driver.faults.set(gremlins=1)
    for options in ({"gremlins": "1"}, {"nodes": "two"}, {"speed": "0"}, {"nodes": "0"}):
        with pytest.raises(InvalidInput):
            cluster(clock, None, **options)
