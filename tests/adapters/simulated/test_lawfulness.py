"""The simulated Ganeti keeps Ganeti's laws, on a clock of its own."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyclades.adapters.simulated import engine
from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.adapters.simulated.world import World
from cyclades.adapters.system.documents import MemoryDocuments
from cyclades.domain.model.effects import RebootInstance, RemoveInstance, StartInstance
from cyclades.domain.model.reports import JobOutcome, JobRank, JobReport, Power
from tests.adapters.simulated.hand_clock import HandClock, cluster
from tests.contracts.clusters import effect, wanted


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def driver(clock: HandClock) -> SimulatedDriver:
    return cluster(clock)


def states(driver: SimulatedDriver) -> list[str]:
    return driver.store.look(lambda world: [job.status for job in world.jobs.values()])


def submit_op(driver: SimulatedDriver, **op: object) -> int:
    def verb(world: World) -> int:
        return engine.submit(world, driver.store.settings, {"reason": [], **op}).id

    return driver.store.change(verb)


def test_a_job_passes_through_the_states_in_order(
    driver: SimulatedDriver, clock: HandClock
) -> None:
    job_id = driver.submit(effect(wanted("one")))
    seen = []
    for _ in range(200):
        report = driver.job(job_id)
        assert report is not None
        if report.rank not in seen:
            seen.append(report.rank)
        clock.passed += 0.01
    assert seen == [JobRank.QUEUED, JobRank.RUNNING, JobRank.FINAL]


def test_jobs_on_one_instance_take_turns_and_others_do_not_wait(
    driver: SimulatedDriver, clock: HandClock
) -> None:
    for command in (wanted("one"), RebootInstance("one", hard=True), wanted("two")):
        driver.submit(effect(command))
    clock.passed = 0.1
    assert states(driver) == ["running", "waiting", "running"]
    clock.passed = 10
    assert states(driver) == ["success"] * 3


def test_only_so_many_jobs_run_at_once(clock: HandClock) -> None:
    driver = cluster(clock, running_jobs="2")
    for name in ("one", "two", "three"):
        driver.submit(effect(wanted(name)))
    clock.passed = 0.1
    assert states(driver) == ["running", "running", "queued"]
    clock.passed = 10
    assert states(driver) == ["success"] * 3


@pytest.mark.parametrize(
    ("end", "wish", "outcome"),
    [
        ("success", ["success"], "success"),
        ("success", [], "success"),
        ("success", ["error"], "error"),
        ("canceled", ["success"], "canceled"),
        ("unknown", ["success"], "error"),
    ],
)
def test_a_job_waits_for_the_jobs_it_depends_on(
    driver: SimulatedDriver, clock: HandClock, end: str, wish: list[str], outcome: str
) -> None:
    driver.faults.set(paused=True)
    first = driver.submit(effect(wanted("one")))
    job = submit_op(
        driver,
        OP_ID="OP_INSTANCE_CREATE",
        instance_name="two",
        depends=[[999 if end == "unknown" else first, wish]],
    )
    if end == "canceled":
        assert driver.cancel(first)
    driver.faults.clear()
    clock.passed = 0.1
    if end == "success":
        assert states(driver)[1] == "waiting"
    clock.passed = 10
    report = driver.job(job)
    assert report is not None
    assert report.outcome == outcome


def test_a_waiting_job_can_be_canceled_and_a_running_one_cannot(
    driver: SimulatedDriver, clock: HandClock
) -> None:
    running = driver.submit(effect(wanted("one")))
    waiting = driver.submit(effect(StartInstance("one")))
    clock.passed = 0.1
    assert not driver.cancel(running)
    assert driver.cancel(waiting)
    assert states(driver) == ["running", "canceled"]
    report = driver.job(waiting)
    assert report is not None
    assert report.outcome is JobOutcome.CANCELED


def test_finished_jobs_are_archived_then_forgotten(clock: HandClock) -> None:
    driver = cluster(clock, archive_after="60", forget_after="600")
    asked = effect(wanted("one"))
    job_id = driver.submit(asked)
    clock.passed = 30
    assert [job.job_id for job in driver.jobs()] == [job_id]
    clock.passed = 100
    assert driver.jobs() == []
    assert driver.find(asked.id) == job_id
    assert driver.job(job_id) is not None
    clock.passed = 1000
    assert driver.job(job_id) is None
    assert driver.find(asked.id) is None
    assert driver.submit(effect(StartInstance("one"))) == job_id + 1


def test_capacity_is_taken_and_given_back(clock: HandClock) -> None:
    driver = cluster(clock, nodes="2", node_memory_mib="1000")
    outcomes = []
    for name in ("one", "two", "three"):
        job_id = driver.submit(effect(wanted(name, memory=600)))
        clock.passed += 5
        report = driver.job(job_id)
        assert report is not None
        outcomes.append(report.error_code)
    assert outcomes == [None, None, "insufficient_resources"]
    assert {report.node for report in driver.instances()} == {
        "node1.one.simulated.test",
        "node2.one.simulated.test",
    }
    assert driver.capacity().memory_free == 800
    driver.submit(effect(RemoveInstance("one")))
    clock.passed += 5
    assert driver.capacity().memory_free == 1400


def test_nodes_out_of_service_take_nothing_and_tell_nothing(
    driver: SimulatedDriver, clock: HandClock
) -> None:
    driver.faults.node(0, drained=True)
    assert driver.capacity().nodes == 1
    driver.submit(effect(wanted("one")))
    clock.passed = 5
    assert driver.instances()[0].node == "node2.one.simulated.test"
    driver.faults.node(1, offline=True)
    assert driver.instances()[0].power is Power.UNKNOWN


def test_administrators_rename_and_modify(driver: SimulatedDriver, clock: HandClock) -> None:
    driver.administrator.create("one", disk=10)
    driver.administrator.modify("one", vcpus=4, memory=2048)
    driver.administrator.rename("one", "other")
    clock.passed = 5
    report = driver.instance("other")
    assert report is not None
    assert (report.vcpus, report.memory_mib) == (4, 2048)
    assert driver.instance("one") is None


def test_the_same_seed_gives_the_same_history(clock: HandClock) -> None:
    def history(seed: str) -> tuple[object, Sequence[JobReport], object]:
        clock.passed = 0
        driver = cluster(clock, seed=seed, failure_rate="0.5")
        for name in "abcdefgh":
            driver.administrator.create(name)
        clock.passed = 20
        return driver.identity(), driver.jobs(), driver.instances()

    assert history("1") == history("1")
    assert history("1") != history("2")
    assert {job.outcome for job in history("1")[1]} == {JobOutcome.SUCCESS, JobOutcome.ERROR}


@given(looks=st.lists(st.floats(min_value=0, max_value=3), max_size=30))
@settings(max_examples=50, deadline=None)
def test_looking_often_changes_nothing(looks: list[float]) -> None:
    def end(times: list[float]) -> list[object]:
        clock = HandClock()
        driver = cluster(clock, failure_rate="0.3", running_jobs="2")
        for name in "abc":
            driver.administrator.create(name)
            driver.administrator.stop(name)
        for clock.passed in sorted(times):
            driver.jobs()
        clock.passed = 3.0
        return driver.store.look(lambda w: [(j.id, j.status, j.ended) for j in w.jobs.values()])

    assert end(looks) == end([])


def test_two_processes_share_one_world(clock: HandClock) -> None:
    documents = MemoryDocuments()
    here, there = cluster(clock, documents), cluster(clock, documents)
    ids = [side.submit(effect(wanted(name))) for name, side in (("a", here), ("b", there))]
    assert ids == [1, 2]
    clock.passed = 5
    assert here.jobs() == there.jobs()
    assert here.instances() == there.instances()


def test_who_writes_too_late_tries_again(clock: HandClock) -> None:
    class Contested(MemoryDocuments):
        losses = 3

        def write(self, name: str, seen: int, content: bytes) -> bool:
            self.losses -= 1
            return False if self.losses >= 0 else super().write(name, seen, content)

    driver = cluster(clock, Contested())
    assert driver.submit(effect(wanted("one"))) == 1
    assert len(driver.jobs()) == 1


def test_reading_does_not_write(clock: HandClock) -> None:
    documents = MemoryDocuments()
    driver = cluster(clock, documents)
    driver.submit(effect(wanted("one")))
    version = documents.version("simulated/one")
    clock.passed = 5
    driver.jobs()
    driver.instances()
    assert documents.version("simulated/one") == version
