"""From hints to reports: a hint says where to look, the cluster says what is so.

Ends in the same reports as ClusterPoll, by the same rules. An instance that is not there is
believed gone only when a job shows that it was removed: all else is left to the poller.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cyclades.domain.model.hints import Hint, HintKind
from cyclades.domain.model.reports import (
    BuildProgress,
    InstanceLeft,
    InstanceReport,
    JobRank,
)
from cyclades.domain.services.cluster_poll import (
    Report,
    Watched,
    differs,
    look,
    made_by_us,
    proves_removal,
)
from cyclades.ports.cluster_driver import ClusterDriver

PAUSE = 1.0  # seconds between two looks at one instance
MANY = 30  # instances: more are read as one list


@dataclass(frozen=True, slots=True)
class Known:
    """What we know: live servers by their instances, and which effects are not finished."""

    watched: Mapping[str, Watched]
    unfinished: Collection[str]


Recall = Callable[[Collection[str], Collection[str]], Known]
"""Looks up servers (by their instances) and effects (by their ids)."""


@dataclass(slots=True)
class Reading:
    """What hints came to.

    `later`: hints about instances that were read a moment ago, with the instance and when (by
    the same clock) to read once more. `ignored` counts hints about nothing of ours.
    """

    reports: list[Report] = field(default_factory=list)
    later: dict[Hint, tuple[str, float]] = field(default_factory=dict)
    ignored: int = 0


@dataclass(frozen=True, slots=True)
class ClusterHints:
    """Reads one cluster. `looked`: when each instance was last read, by `monotonic`."""

    cluster_id: str
    driver: ClusterDriver
    recall: Recall
    monotonic: Callable[[], float]
    looked: dict[str, float] = field(default_factory=dict)

    def read(self, hints: Collection[Hint]) -> Reading:
        """What the cluster says about jobs and instances. Raises ClusterUnavailable."""
        ids = {hint.job_id for hint in hints if hint.job_id is not None}
        jobs = {job.job_id: job for job in (self.driver.jobs_of(ids) if ids else ())}
        effects = {job.effect_id for job in jobs.values() if job.effect_id}
        names = {job.instance for job in jobs.values()} | {hint.instance for hint in hints}
        known = self.recall({name for name in names if name}, effects)
        reading, askers, removed = Reading(), defaultdict[str, list[Hint]](list), set[str]()
        for hint in dict.fromkeys(hints):
            job = jobs.get(hint.job_id or 0)
            name = (job.instance if job else hint.instance) or ""
            if job and job.effect_id in known.unfinished:
                reading.reports.append(job)
            elif job and job.rank is not JobRank.FINAL:
                continue  # of somebody else, and not at its end
            elif name in known.watched and (job or hint.kind is HintKind.INSTANCE):
                askers[name].append(hint)
                removed |= {name} if job and proves_removal(job) else set()
            elif job and name and made_by_us(job) and self.driver.instance(name):
                reading.reports.append(InstanceLeft(self.cluster_id, name))
            else:
                reading.ignored += 1
        quiet = {name for name in askers if known.watched[name].quiet}
        early = self._just_looked(quiet)
        reading.later = {hint: (name, early[name]) for name in early for hint in askers[name]}
        wanted = {name: name in removed for name in sorted(quiet - early.keys())}
        reading.reports += self._instances(wanted, known.watched)
        return reading

    def _instances(
        self, removed: Mapping[str, bool], watched: Mapping[str, Watched]
    ) -> Iterator[Report]:
        self.looked.update(dict.fromkeys(removed, self.monotonic()))
        seen = self._together() if len(removed) > MANY else {}
        for name, proven in removed.items():
            known = watched[name]
            if name in seen:
                if differs(seen[name], known):
                    yield replace(seen[name], server_version=known.version)
                continue
            for report in look(self.cluster_id, self.driver, known, removed=proven):
                if proven or isinstance(report, InstanceReport):
                    yield report

    def _together(self) -> Mapping[str, InstanceReport]:
        return {report.instance: report for report in self.driver.instances()}

    def _just_looked(self, names: Collection[str]) -> Mapping[str, float]:
        since = self.monotonic() - PAUSE
        for name in [name for name, moment in self.looked.items() if moment <= since]:
            del self.looked[name]
        return {name: self.looked[name] + PAUSE for name in names if name in self.looked}


def progress_of(hints: Sequence[Hint]) -> Sequence[BuildProgress]:
    """What builds say, without percentages that are old news already."""
    newest = {hint.instance: hint for hint in hints}
    return [
        BuildProgress(hint.cluster_id, hint.instance or "", hint.progress, hint.message)
        for hint in hints
        if hint.message or newest[hint.instance] is hint
    ]
