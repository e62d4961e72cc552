"""However an audit is interleaved with what happens, it sees nothing that is not so."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import cast

from cyclades.domain.model.reports import InstanceReport, JobReport
from cyclades.domain.model.server_actions import Action
from cyclades.domain.services.cluster_audit import ClusterAudit
from cyclades.ports.audit import AuditedServer, NamedServer
from cyclades.ports.cluster_driver import ClusterDriver
from tests.harness.cloud import Cloud


@dataclass(frozen=True, slots=True)
class Moment:
    """What every read would give at one time."""

    servers: Sequence[AuditedServer]
    jobs: Sequence[JobReport]
    instances: Sequence[InstanceReport]
    named: Mapping[str, NamedServer]

    @classmethod
    def of(cls, cloud: Cloud, names: Collection[str]) -> "Moment":
        driver = cloud.cluster()
        with cloud.app.reader() as unit:
            servers, named = unit.audit.servers("one"), unit.audit.named(names)
        return cls(servers, driver.jobs(), driver.instances(), named)


class Film:
    """An audit whose reads are at chosen moments, one after the other."""

    def __init__(self, moments: Iterator[Moment]) -> None:
        self._moments = moments

    def jobs(self, since: int = 0) -> Sequence[JobReport]:
        return [job for job in next(self._moments).jobs if job.job_id > since]

    def instances(self) -> Sequence[InstanceReport]:
        return next(self._moments).instances

    def instance(self, name: str) -> InstanceReport | None:
        there = next(self._moments).instances
        return next((seen for seen in there if seen.instance == name), None)

    def servers(self) -> Sequence[AuditedServer]:
        return next(self._moments).servers

    def named(self, names: Collection[str]) -> Mapping[str, NamedServer]:
        rows = next(self._moments).named
        return {name: rows[name] for name in names if name in rows}


READS = 6  # of the database, jobs, instances, jobs, names, the database
"""And a seventh, after all the others, for each instance that is missing."""


def lives(cloud: Cloud) -> Sequence[Moment]:
    """Servers come, are stopped and go, with all that happens between two commits."""
    names: list[str] = []
    moments: list[Moment] = []

    def note() -> None:
        moments.append(Moment.of(cloud, names))

    def work(turns: int) -> None:
        for _ in range(turns):
            cloud.workers[0].turn()
            note()
            cloud.pollers["one"].turn()
            note()
            cloud.clock.passed += 0.4

    first = cloud.running()
    names.append(cloud.server(first).instance)
    note()
    second = cloud.create()
    names.append(cloud.server(second).instance)
    note()
    work(3)
    cloud.act(second, Action.STOP)
    work(2)
    cloud.delete(first)
    note()
    work(3)
    assert cloud.server(second).status == "SHUTOFF"
    assert cloud.server(first).status == "DELETED"
    return moments


def test_nothing_is_gone_or_left_over_however_an_audit_is_interleaved_with_life(
    cloud: Cloud,
) -> None:
    moments = lives(cloud)
    moments = [m for number, m in enumerate(moments) if not number or m != moments[number - 1]]
    looks = 0
    for chosen in combinations_with_replacement(moments, READS):
        film = Film(iter((*chosen, *(moments[-1:] * 3))))
        audit = ClusterAudit(
            "one", cast(ClusterDriver, film), film.servers, film.named, "cyclades-"
        )
        assert [each.divergence for each in audit.look().found] == []
        looks += 1
    assert looks > 10_000
