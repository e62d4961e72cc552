"""Hints lead to the same reports as looks, and to nothing that is not proven."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pytest

from cyclades.domain.model.hints import Hint, HintKind
from cyclades.domain.model.reports import (
    BuildProgress,
    InstanceAbsent,
    InstanceLeft,
    InstanceReport,
    JobRank,
    JobReport,
    Power,
)
from cyclades.domain.services.cluster_hints import (
    MANY,
    PAUSE,
    ClusterHints,
    Known,
    Reading,
    progress_of,
)
from cyclades.domain.services.cluster_poll import Report
from tests.harness.cloud import Cloud


@dataclass
class Reader:
    """Hints about the cluster "one" of a cloud."""

    cloud: Cloud
    looked: dict[str, float] = field(default_factory=dict)

    def read(self, *hints: Hint) -> Reading:
        reader = ClusterHints(
            "one",
            self.cloud.cluster(),
            self._recall,
            lambda: float(self.cloud.clock.passed),
            self.looked,
        )
        return reader.read(hints)

    def reports(self, *hints: Hint) -> Sequence[Report]:
        return self.read(*hints).reports

    def _recall(self, names: Collection[str], effects: Collection[str]) -> Known:
        with self.cloud.app.reader() as unit:
            watched = {known.instance: known for known in unit.watched("one", names)}
            return Known(watched, unit.outbox.unfinished(effects))


@pytest.fixture
def reader(cloud: Cloud) -> Reader:
    return Reader(cloud)


def about_job(job_id: int) -> Hint:
    return Hint("one", HintKind.JOB, job_id=job_id)


def about(instance: str) -> Hint:
    return Hint("one", HintKind.INSTANCE, instance=instance)


def last_job(cloud: Cloud) -> Hint:
    return about_job(max(job.job_id for job in cloud.cluster().jobs()))


def test_a_job_of_ours_is_reported_as_it_is_now(cloud: Cloud, reader: Reader) -> None:
    cloud.create()
    cloud.workers[0].turn()
    hint = last_job(cloud)
    (first,) = reader.reports(hint)
    cloud.clock.passed += 30
    (last,) = reader.reports(hint, hint)
    assert isinstance(first, JobReport)
    assert isinstance(last, JobReport)
    assert first.rank < last.rank is JobRank.FINAL


def test_a_finished_job_of_ours_only_makes_us_look(cloud: Cloud, reader: Reader) -> None:
    cloud.running()
    reading = reader.read(last_job(cloud))
    assert (reading.reports, reading.later) == ([], {})


@pytest.mark.parametrize("kind", ["job", "instance"])
def test_what_an_administrator_did_is_seen(cloud: Cloud, reader: Reader, kind: str) -> None:
    name = cloud.server(cloud.running()).instance
    cloud.cluster().administrator.stop(name)
    cloud.clock.passed += 5
    hint = last_job(cloud) if kind == "job" else about(name)
    (report,) = reader.reports(hint)
    assert isinstance(report, InstanceReport)
    assert report.power is Power.STOPPED


def test_absence_needs_a_job_that_proves_it(cloud: Cloud, reader: Reader) -> None:
    name = cloud.server(cloud.running()).instance
    cloud.cluster().administrator.remove(name)
    cloud.clock.passed += 5
    assert reader.reports(about(name)) == [], "that is the poller's business"
    cloud.clock.passed += PAUSE
    (report,) = reader.reports(last_job(cloud), about(name))
    assert isinstance(report, InstanceAbsent)
    assert report.removed


def test_what_is_being_done_by_us_is_not_looked_at(cloud: Cloud, reader: Reader) -> None:
    name = cloud.server(cloud.create()).instance
    reading = reader.read(about(name))
    assert (reading.reports, reading.ignored) == ([], 0)


def test_an_instance_is_read_once_a_second(cloud: Cloud, reader: Reader) -> None:
    name = cloud.server(cloud.running()).instance
    assert reader.read(about(name), last_job(cloud)).later == {}
    cloud.clock.passed += PAUSE / 2
    cloud.cluster().administrator.stop(name)
    again = reader.read(about(name))
    assert again.reports == []
    ((instance, moment),) = again.later.values()
    assert instance == name
    cloud.clock.passed = moment
    assert len(reader.reports(about(name))) == 1


def test_many_instances_are_read_together(
    cloud: Cloud, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [cloud.create() for _ in range(MANY + 1)]
    cloud.converge()
    names = [cloud.server(server_id).instance for server_id in ids]
    for name in names[:3]:
        cloud.cluster().administrator.stop(name)
    cloud.clock.passed += 30
    reads: list[str] = []
    monkeypatch.setattr(cloud.cluster(), "instance", reads.append)
    assert sorted(
        report.instance
        for report in reader.reports(*map(about, names))
        if isinstance(report, InstanceReport)
    ) == sorted(names[:3])
    assert reads == []


def test_what_is_not_ours_is_counted_and_left_alone(cloud: Cloud, reader: Reader) -> None:
    deleted = cloud.running()
    cloud.delete(deleted)
    cloud.converge()
    cloud.add_cluster("two")
    cloud.cluster("two").administrator.create("elsewhere")
    cloud.cluster().administrator.create("somebody")
    cloud.clock.passed += 30
    hints = [about(cloud.server(deleted).instance), about("elsewhere"), about("somebody")]
    jobs = [about_job(job.job_id) for job in cloud.cluster().jobs()]
    reading = reader.read(*hints, *jobs, about_job(999_999))
    assert reading.reports == []
    assert reading.ignored == len(hints) + len(jobs) + 1


def test_an_instance_that_came_too_late_is_left_over(cloud: Cloud, reader: Reader) -> None:
    server_id = cloud.create()
    cloud.workers[0].turn()
    effect = cloud.server(server_id).effect_id or ""

    cloud.app.atomically(
        lambda unit: unit.outbox.finish(effect, "failed", "lost", cloud.clock.now())
    )
    cloud.app.atomically(lambda unit: unit.server_settlement.remove(unit.servers.by_id(server_id)))
    cloud.clock.passed += 30
    (report,) = reader.reports(last_job(cloud))
    assert isinstance(report, InstanceLeft)
    cloud.cluster().administrator.remove(report.instance)
    cloud.clock.passed += 30
    jobs = [about_job(job.job_id) for job in cloud.cluster().jobs()]
    assert reader.reports(*jobs) == [], "it is gone by now"


def test_old_percentages_are_left_out_and_messages_are_not() -> None:
    def build(instance: str, percent: int, message: str = "") -> Hint:
        return Hint("one", HintKind.PROGRESS, None, instance, percent, message)

    found = progress_of([build("a", 1, "copying"), build("a", 2), build("b", 7), build("a", 3)])
    assert found == [
        BuildProgress("one", "a", 1, "copying"),
        BuildProgress("one", "b", 7),
        BuildProgress("one", "a", 3),
    ]
