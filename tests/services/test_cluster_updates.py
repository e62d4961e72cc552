"""The update path's verb believes what it should, once, in whatever order it comes."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyclades.domain.model.effects import Effect
from cyclades.domain.model.reports import (
    InstanceAbsent,
    InstanceReport,
    JobOutcome,
    JobRank,
    JobReport,
    Power,
)
from cyclades.domain.model.server import GONE
from cyclades.domain.model.server_actions import Action
from cyclades.domain.services.cluster_poll import Report
from cyclades.domain.services.cluster_updates import ClusterUpdates
from tests.harness.cloud import MEMBER, Cloud
from tests.workers.invariants import violations


def newest(cloud: Cloud, server_id: str) -> Effect:
    """The server's oldest effect in flight, claimed for us."""
    now = cloud.clock.now()
    claims = cloud.app.atomically(lambda unit: unit.outbox.claim(now, now, 32, 100))
    (claim,) = [claim for claim in claims if claim.effect.server_id == server_id]
    return claim.effect


def job(effect: Effect, rank: JobRank, outcome: JobOutcome | None = None, **more: object) -> Report:
    usual: dict[str, object] = {"cluster_id": effect.cluster_id, "job_id": 7, "rank": rank}
    usual |= {"outcome": outcome, "opcode": "", "instance": "x", "effect_id": effect.id}
    return JobReport(**(usual | more))  # type: ignore[arg-type]  # a table of values


def story(effect: Effect, outcome: JobOutcome) -> list[Report]:
    """What a job's life looks like from outside."""
    return [
        job(effect, JobRank.QUEUED),
        job(effect, JobRank.WAITING),
        job(effect, JobRank.RUNNING),
        job(effect, JobRank.FINAL, outcome),
    ]


def told(cloud: Cloud, report: object) -> bool:
    def verb(updates: ClusterUpdates) -> bool:
        return updates.apply(report)

    return cloud.update(verb)


def test_a_job_that_succeeds_makes_the_server_active(cloud: Cloud) -> None:
    server_id = cloud.create()
    seen = []
    for report in story(newest(cloud, server_id), JobOutcome.SUCCESS):
        assert told(cloud, report)
        assert not told(cloud, report), "the same again is old news"
        server = cloud.server(server_id)
        seen.append((server.status, server.task_state))
    assert seen == [("BUILD", "spawning")] * 3 + [("ACTIVE", None)]
    with cloud.app.reader() as unit:
        assert {port.status for port in unit.port_rows.of_device(server_id)} == {"ACTIVE"}


def test_any_order_of_a_jobs_reports_ends_alike(cloud: Cloud) -> None:
    for order in permutations(range(4)):
        server_id = cloud.create()
        reports = story(newest(cloud, server_id), JobOutcome.SUCCESS)
        states = []
        for index in order:
            told(cloud, reports[index])
            states.append(cloud.server(server_id).status)
        assert states == sorted(states, reverse=True), "BUILD, then ACTIVE, and never back"
        assert states[-1] == "ACTIVE"


@given(
    order=st.lists(st.integers(0, 3), min_size=1, max_size=12),
    outcome=st.sampled_from(list(JobOutcome)),
)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_repeated_and_reordered_reports_never_turn_back(
    cloud: Cloud, order: list[int], outcome: JobOutcome
) -> None:
    server_id = cloud.create()
    reports = story(newest(cloud, server_id), outcome)
    versions, highest = [], -1
    for index in order:
        news = told(cloud, reports[index])
        assert news == (index > highest)
        highest = max(highest, index)
        versions.append(cloud.server(server_id).version)
    assert versions == sorted(versions)
    final = "ACTIVE" if outcome is JobOutcome.SUCCESS else "ERROR"
    assert cloud.server(server_id).status == (final if 3 in order else "BUILD")


def test_a_failed_create_says_why_and_is_cleaned_up(cloud: Cloud) -> None:
    server_id = cloud.create()
    effect = newest(cloud, server_id)
    secret = "node7.example.org: out of memory"
    told(
        cloud,
        job(
            effect,
            JobRank.FINAL,
            JobOutcome.ERROR,
            error_code="insufficient_resources",
            message=secret,
        ),
    )
    server = cloud.server(server_id)
    assert server.status == "ERROR"
    assert server.fault is not None
    assert server.fault.message == "The cluster has not enough room for this now."
    assert cloud.outcome(server_id, "req-1") == ("Error", server.fault.message)
    assert cloud.unfinished() == [f"remove queued {server.instance}"]
    cloud.converge()
    assert cloud.server(server_id) == server, "tidying up changes nothing for the user"


@pytest.mark.parametrize(
    "change",
    [
        {"cluster_id": "two"},
        {"effect_id": None},
        {"effect_id": "unknown"},
    ],
    ids=["another cluster's", "an administrator's", "unknown"],
)
def test_jobs_of_others_change_nothing(cloud: Cloud, change: dict[str, str | None]) -> None:
    server_id = cloud.create()
    before = cloud.server(server_id)
    effect = newest(cloud, server_id)
    assert not told(cloud, job(effect, JobRank.FINAL, JobOutcome.SUCCESS, **change))
    assert cloud.server(server_id) == before


def test_another_job_with_the_same_effect_is_not_believed(cloud: Cloud) -> None:
    server_id = cloud.create()
    effect = newest(cloud, server_id)
    assert told(cloud, job(effect, JobRank.RUNNING))
    assert not told(cloud, job(effect, JobRank.FINAL, JobOutcome.ERROR, job_id=8))
    assert cloud.server(server_id).status == "BUILD"


def test_what_is_no_report_is_refused(cloud: Cloud) -> None:
    with pytest.raises(TypeError):
        told(cloud, "news")


def sight(cloud: Cloud, server_id: str, power: Power, *, age: int = 0) -> InstanceReport:
    server = cloud.server(server_id)
    return InstanceReport(
        server.cluster_id,
        server.instance,
        "uuid",
        power,
        server.vcpus,
        server.ram,
        server_version=server.version - age,
    )


def test_a_sight_counts_for_the_version_that_it_was_made_for(cloud: Cloud) -> None:
    server_id = cloud.running()
    assert not told(cloud, sight(cloud, server_id, Power.STOPPED, age=1)), "late"
    assert not told(cloud, replace(sight(cloud, server_id, Power.STOPPED), cluster_id="two"))
    assert not told(cloud, replace(sight(cloud, server_id, Power.STOPPED), instance="other"))
    assert cloud.server(server_id).status == "ACTIVE"
    assert told(cloud, sight(cloud, server_id, Power.STOPPED))
    assert cloud.server(server_id).status == "SHUTOFF"


def test_a_sight_of_a_server_at_work_is_not_believed(cloud: Cloud) -> None:
    server_id = cloud.running()
    cloud.act(server_id, Action.STOP)
    assert not told(cloud, sight(cloud, server_id, Power.STOPPED))
    assert cloud.server(server_id).task_state == "powering-off"


def test_an_unknown_node_is_no_evidence(cloud: Cloud) -> None:
    server_id = cloud.running()
    assert not told(cloud, sight(cloud, server_id, Power.UNKNOWN))


def test_an_administrators_resize_is_booked_beyond_any_limit(cloud: Cloud) -> None:
    server_id = cloud.running()
    report = replace(sight(cloud, server_id, Power.RUNNING), vcpus=1000, memory_mib=4096)
    assert told(cloud, report)
    with cloud.app.reader() as unit:
        held = unit.quota.holdings(MEMBER.project_id or "", ["cores", "ram", "instances"])
    assert {name: holding.used for name, holding in held.items()} == {
        "cores": 1000,
        "ram": 4096,
        "instances": 1,
    }


def absence(cloud: Cloud, server_id: str, *, removed: bool = False) -> InstanceAbsent:
    server = cloud.server(server_id)
    return InstanceAbsent(server.cluster_id, server.instance, removed, server.version)


def test_absence_is_an_error_the_second_time_and_the_server_can_be_deleted(cloud: Cloud) -> None:
    server_id = cloud.running()
    first = absence(cloud, server_id)
    assert told(cloud, first)
    assert not told(cloud, first), "the same sight does not count twice"
    assert cloud.server(server_id).status == "ACTIVE"
    assert told(cloud, absence(cloud, server_id))
    server = cloud.server(server_id)
    assert server.status == "ERROR"
    assert server.fault is not None
    assert server.fault.message == GONE
    assert not told(cloud, absence(cloud, server_id))
    cloud.delete(server_id)
    cloud.converge()
    assert cloud.server(server_id).deleted


def test_a_removal_by_an_operator_frees_everything_and_is_recorded(cloud: Cloud) -> None:
    server_id = cloud.running()
    cloud.cluster().administrator.remove(cloud.server(server_id).instance)
    cloud.clock.passed += 5
    told(cloud, absence(cloud, server_id, removed=True))
    assert cloud.server(server_id).deleted
    assert violations(cloud.app) == []
    with cloud.app.reader() as unit:
        action = unit.instance_actions.list(server_id)[0]
    assert (action.action, action.result, action.user_id) == ("delete", "Success", None)


def test_deleted_stays_deleted(cloud: Cloud) -> None:
    server_id = cloud.running()
    late = sight(cloud, server_id, Power.RUNNING)
    cloud.delete(server_id)
    cloud.converge()
    gone = cloud.server(server_id)
    for report in (late, replace(late, server_version=gone.version)):
        assert not told(cloud, report)
    assert not told(cloud, absence(cloud, server_id))
    assert cloud.server(server_id) == gone


def test_the_removal_of_what_is_not_there_is_a_success(cloud: Cloud) -> None:
    server_id = cloud.running()
    cloud.delete(server_id)
    effect = newest(cloud, server_id)
    told(cloud, job(effect, JobRank.FINAL, JobOutcome.ERROR, error_code="unknown_entity"))
    assert cloud.server(server_id).deleted
