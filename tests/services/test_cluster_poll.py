"""A look at a cluster reports what is new, and nothing that is not proven."""

from collections.abc import Sequence

import pytest

from cyclades.domain.model.reports import InstanceAbsent, InstanceReport, JobReport, Power
from cyclades.domain.services.cluster_poll import ClusterPoll, PollMemory, Report
from tests.harness.cloud import Cloud
from tests.workers.invariants import violations


@pytest.fixture
def memory() -> PollMemory:
    return PollMemory()


def looked(cloud: Cloud, memory: PollMemory) -> tuple[Sequence[Report], Sequence[Report]]:
    """What the jobs say, and what the instances say."""
    with cloud.app.reader() as unit:
        watched = {known.instance: known for known in unit.watched("one")}
        flying = unit.outbox.in_flight("one")
    poll = ClusterPoll("one", cloud.cluster(), memory)
    return list(poll.jobs(flying, watched)), list(poll.instances(watched, poll.busy(flying)))


def test_a_quiet_cloud_has_no_news(cloud: Cloud, memory: PollMemory) -> None:
    cloud.running()
    looked(cloud, memory)
    assert looked(cloud, memory) == ([], [])


def test_our_jobs_are_reported_when_they_have_moved(cloud: Cloud, memory: PollMemory) -> None:
    cloud.create()
    cloud.workers[0].turn()
    for _ in range(2):
        ((report,), instances) = looked(cloud, memory)
        assert isinstance(report, JobReport)
        assert instances == [], "what is being built is not looked at"
    cloud.pollers["one"].turn()
    assert looked(cloud, memory)[0] == [], "known by now"


def test_a_job_is_found_by_its_reason_when_nobody_wrote_it_down(
    cloud: Cloud, memory: PollMemory
) -> None:
    server_id = cloud.create()
    cloud.cluster().faults.set(swallow_answers=1)
    cloud.workers[0].turn()
    ((report,), _) = looked(cloud, memory)
    assert isinstance(report, JobReport)
    cloud.converge(seconds=10)  # sooner than the uncertain submission is tried again
    assert cloud.server(server_id).status == "ACTIVE"


@pytest.mark.parametrize(
    ("deed", "power"), [("stop", Power.STOPPED), ("crash", Power.CRASHED)], ids=["stop", "crash"]
)
def test_what_happens_by_itself_or_by_an_administrator_is_seen(
    cloud: Cloud, memory: PollMemory, deed: str, power: Power
) -> None:
    name = cloud.server(cloud.running()).instance
    looked(cloud, memory)
    getattr(cloud.cluster().administrator, deed)(name)
    cloud.clock.passed += 5
    jobs, instances = looked(cloud, memory)
    assert [report.power for report in instances if isinstance(report, InstanceReport)] == [power]
    assert bool(jobs) == (deed == "stop"), "an administrator's job is noticed at once"


def test_an_administrators_removal_is_proven_by_its_job(cloud: Cloud, memory: PollMemory) -> None:
    name = cloud.server(cloud.running()).instance
    looked(cloud, memory)
    cloud.cluster().administrator.remove(name)
    cloud.clock.passed += 5
    (jobs, _) = looked(cloud, memory)
    assert [(r.instance, r.removed) for r in jobs if isinstance(r, InstanceAbsent)] == [
        (name, True)
    ]
    assert len(jobs) == 1


def vanish(cloud: Cloud, *server_ids: str) -> None:
    """The instances are gone, and no job says so."""
    names = [cloud.server(server_id).instance for server_id in server_ids]

    def verb(world: object) -> None:
        for name in names:
            del world.instances[name]  # type: ignore[attr-defined]  # a World

    cloud.cluster().store.change(verb)


def test_absence_without_a_job_is_only_absence(cloud: Cloud, memory: PollMemory) -> None:
    server_id = cloud.running()
    vanish(cloud, server_id)
    (absent,) = looked(cloud, memory)[1]
    assert isinstance(absent, InstanceAbsent)
    assert not absent.removed


def test_a_list_with_many_holes_is_no_evidence(cloud: Cloud, memory: PollMemory) -> None:
    made = [cloud.create() for _ in range(5)]
    cloud.converge()
    vanish(cloud, *made[:3])
    assert len(looked(cloud, memory)[1]) == 3
    vanish(cloud, made[3])
    assert looked(cloud, memory)[1] == []
    cloud.pass_time(5)
    assert {cloud.server(server_id).status for server_id in made} == {"ACTIVE"}


def test_servers_that_are_known_to_be_gone_do_not_hide_another(cloud: Cloud) -> None:
    made = [cloud.create() for _ in range(5)]
    cloud.converge()
    for lost in (made[:3], made[3:4]):
        vanish(cloud, *lost)
        cloud.pass_time(5)
    assert [cloud.server(server_id).status for server_id in made] == ["ERROR"] * 4 + ["ACTIVE"]


def test_a_silent_node_is_no_evidence(cloud: Cloud, memory: PollMemory) -> None:
    server_id = cloud.running()
    looked(cloud, memory)
    for index in range(2):
        cloud.cluster().faults.node(index, offline=True)
    assert looked(cloud, memory) == ([], [])
    cloud.pass_time(5)
    assert cloud.server(server_id).status == "ACTIVE"


def lose(cloud: Cloud) -> None:
    """The job queue is wiped while everything else stays."""
    cloud.cluster().faults.lose_jobs()


def test_a_lost_job_that_did_its_work_is_a_success(cloud: Cloud) -> None:
    server_id = cloud.create()
    cloud.workers[0].turn()
    cloud.clock.passed += 5  # the job ends, and nobody looks
    lose(cloud)
    cloud.converge()
    assert cloud.server(server_id).status == "ACTIVE"


def test_a_lost_job_that_did_nothing_is_a_failure_that_leaves_nothing(cloud: Cloud) -> None:
    server_id = cloud.create()
    cloud.workers[0].turn()
    lose(cloud)
    cloud.converge()
    assert cloud.server(server_id).status == "ERROR"
    assert violations(cloud.app) == []


def test_a_lost_job_is_not_judged_while_its_node_is_silent(cloud: Cloud) -> None:
    server_id = cloud.create()
    cloud.workers[0].turn()
    cloud.clock.passed += 5
    lose(cloud)
    for index in range(2):
        cloud.cluster().faults.node(index, offline=True)
    cloud.pass_time(10)
    assert cloud.server(server_id).status == "BUILD"
    for index in range(2):
        cloud.cluster().faults.node(index)
    cloud.converge()
    assert cloud.server(server_id).status == "ACTIVE"


def test_a_strangers_job_with_our_lost_jobs_number_is_not_ours(cloud: Cloud) -> None:
    server_id = cloud.create()
    cloud.workers[0].turn()
    cloud.clock.passed += 5

    def restart(world: object) -> None:
        world.jobs.clear()  # type: ignore[attr-defined]  # a World
        world.last_job = 0  # type: ignore[attr-defined]  # a World

    cloud.cluster().store.change(restart)
    assert cloud.cluster().administrator.create("stranger") == 1
    cloud.converge()
    assert cloud.server(server_id).status == "ACTIVE"


def test_an_archived_job_is_found_all_the_same(cloud: Cloud) -> None:
    server_id = cloud.create()
    cloud.workers[0].turn()
    cloud.clock.passed += 5
    cloud.cluster().faults.archive_jobs()
    cloud.converge()
    assert cloud.server(server_id).status == "ACTIVE"
    assert violations(cloud.app) == []
