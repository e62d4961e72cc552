"""One look at a cluster: what its jobs and instances say about our servers.

Reads only; whoever polls applies the reports. What we know is read before the cluster
is, so that a report never counts against something newer.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cyclades.domain.model.divergence import too_many
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import (
    BuildProgress,
    InstanceAbsent,
    InstanceLeft,
    InstanceReport,
    JobOutcome,
    JobRank,
    JobReport,
    NetworkReport,
    Power,
)
from cyclades.domain.model.server import ABSENCES_TO_BELIEVE, kept_on
from cyclades.domain.model.server_states import AS_SEEN
from cyclades.ports.cluster_driver import ClusterDriver
from cyclades.ports.outbox import InFlight

Report = JobReport | InstanceReport | InstanceAbsent | InstanceLeft | BuildProgress
CREATION, REMOVAL = "OP_INSTANCE_CREATE", "OP_INSTANCE_REMOVE"
LOSSES_TO_BELIEVE = 3  # looks in a row at which a job was missing
LOST_CODE = "job_lost"
# Whether the interface is there when it has happened.
PLUGGED: Mapping[Operation, bool] = {Operation.ATTACH_NIC: True, Operation.DETACH_NIC: False}

# The same of disks.
IN_INSTANCE: Mapping[Operation, bool] = {
    Operation.ADD_DISK: True,
    Operation.ATTACH_DISK: True,
    Operation.DETACH_DISK: False,
    Operation.REMOVE_DISK: False,
}

# Whether an operation whose job was lost has happened all the same.
HAPPENED: Mapping[Operation, tuple[Power | None, ...]] = {
    Operation.CREATE: (Power.RUNNING, Power.STOPPED),
    Operation.START: (Power.RUNNING,),
    Operation.STOP: (Power.STOPPED, Power.CRASHED),
    Operation.REBOOT: (Power.RUNNING,),
    Operation.REMOVE: (None,),
    Operation.TAG: (),  # the next audit tells
    Operation.MODIFY_NIC: (),  # the same
    Operation.ACTIVATE_DISKS: (),  # what it told is lost
}


@dataclass(frozen=True, slots=True)
class Watched:
    """A live server as we know it; `quiet` when nothing is being done by us."""

    instance: str
    version: int
    vm_state: str
    power: str
    vcpus: int
    ram: int
    absences: int
    quiet: bool
    disk_template: str = ""


@dataclass(slots=True)
class PollMemory:
    """What a poller remembers between looks; losing it only costs a longer look."""

    seen_job: int = 0
    losses: dict[str, int] = field(default_factory=dict)
    open_jobs: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ClusterPoll:
    """Looks at one cluster."""

    cluster_id: str
    driver: ClusterDriver
    memory: PollMemory

    def jobs(self, flying: Sequence[InFlight], watched: Mapping[str, Watched]) -> Iterator[Report]:
        """What our effects' jobs say, and what other people's jobs have touched."""
        waiting = {effect.effect_id: effect for effect in flying}
        found = self.driver.jobs(self._since(flying))
        # A queue that was wiped counts anew: a number alone does not make a job ours.
        known_jobs = {(job.job_id, job.effect_id) for job in found}
        for job in found:
            effect = waiting.get(job.effect_id or "")
            if effect is not None and job.rank > effect.job_rank:
                yield job
            elif effect is None and job.rank is JobRank.FINAL:
                known = watched.get(job.instance or "")
                yield from self._touched(job, known) if known else ()
        for effect in flying:
            if effect.job_id is None or (effect.job_id, effect.effect_id) in known_jobs:
                self.memory.losses.pop(effect.effect_id, None)
            else:
                yield from self._missing_job(effect, effect.job_id)
        yield from self._left(found, waiting.keys(), watched)
        self._remember(found)

    def instances(self, watched: Mapping[str, Watched], busy: set[str]) -> Iterator[Report]:
        """All instances against all quiet servers; `busy` names have a live job."""
        seen = {report.instance: report for report in self.driver.instances()}
        quiet = {name: known for name, known in watched.items() if known.quiet}
        for name, known in quiet.items():
            if name in seen and differs(seen[name], known):
                yield replace(seen[name], server_version=known.version)
        missing = [
            name
            for name, known in quiet.items()
            if name not in seen and name not in busy and known.absences < ABSENCES_TO_BELIEVE
        ]
        if too_many(len(missing), len(quiet)):
            return  # a list with this many holes is no evidence
        for name in missing:
            yield from look(self.cluster_id, self.driver, quiet[name], removed=False)

    def busy(self, flying: Sequence[InFlight]) -> set[str]:
        """Instances that a job of ours is about."""
        return {effect.instance for effect in flying}

    def _since(self, flying: Sequence[InFlight]) -> int:
        ours = [effect.job_id for effect in flying if effect.job_id is not None]
        return min([self.memory.seen_job + 1, *ours, *self.memory.open_jobs]) - 1

    def _remember(self, found: Sequence[JobReport]) -> None:
        self.memory.open_jobs = {job.job_id for job in found if job.rank < JobRank.FINAL}
        self.memory.seen_job = max([self.memory.seen_job, *(job.job_id for job in found)])

    def _touched(self, job: JobReport, known: Watched) -> Iterator[Report]:
        if not known.quiet or not self._is_news(job):
            return
        yield from look(self.cluster_id, self.driver, known, removed=proves_removal(job))

    def _is_news(self, job: JobReport) -> bool:
        return job.job_id > self.memory.seen_job or job.job_id in self.memory.open_jobs

    def _left(
        self, found: Sequence[JobReport], waiting: Collection[str], watched: Mapping[str, Watched]
    ) -> Iterator[Report]:
        # The last word about an instance is a creation of ours that nobody waits for.
        last = {job.instance: job for job in found}
        for name, job in last.items():
            ours = made_by_us(job) and job.effect_id not in waiting
            if name and ours and self._is_news(job) and name not in watched:
                yield InstanceLeft(self.cluster_id, name)

    def _missing_job(self, effect: InFlight, job_id: int) -> Iterator[Report]:
        job = self.driver.job(job_id)  # archived jobs are not in the list
        if job is not None and job.effect_id == effect.effect_id:
            self.memory.losses.pop(effect.effect_id, None)
            if job.rank > effect.job_rank:
                yield job
            return
        losses = self.memory.losses.get(effect.effect_id, 0) + 1
        self.memory.losses[effect.effect_id] = losses
        if losses < LOSSES_TO_BELIEVE:
            return
        happened = self._has_happened(effect)
        if happened is None:
            return
        yield JobReport(
            self.cluster_id,
            job_id,
            JobRank.FINAL,
            JobOutcome.SUCCESS if happened else JobOutcome.ERROR,
            "",
            effect.instance,
            effect.effect_id,
            error_code=None if happened else LOST_CODE,
        )

    def _has_happened(self, effect: InFlight) -> bool | None:
        """Whether an operation whose job was lost has; None: its node does not answer now."""
        if effect.network_id:
            seen = {network.name: network for network in self.driver.networks()}
            return as_asked(effect, seen.get(effect.network))
        report = self.driver.instance(effect.instance)
        if report is not None and report.power is Power.UNKNOWN:
            return None
        return has_happened(effect, report)


def as_asked(effect: InFlight, seen: NetworkReport | None) -> bool:
    """Whether the effect's network is as it asked for."""
    connected = seen is not None and effect.group in {link.group for link in seen.groups}
    return {
        Operation.CREATE_NETWORK: seen is not None,
        Operation.CONNECT_NETWORK: connected,
        Operation.DISCONNECT_NETWORK: not connected,
        Operation.REMOVE_NETWORK: seen is None,
    }[effect.operation]


def has_happened(effect: InFlight, seen: InstanceReport | None) -> bool:
    """By what the effect's instance is now."""
    if effect.operation in PLUGGED:
        plugged = seen is not None and any(
            nic.name == effect.nic or nic.mac.lower() == effect.mac for nic in seen.nics
        )
        return plugged is PLUGGED[effect.operation]
    if effect.disk:
        return as_the_disk_shows(effect, seen)
    if effect.operation is Operation.CREATE and effect.task_id:
        return False  # that it is there does not say that its disk was filled
    return (seen.power if seen else None) in HAPPENED[effect.operation]


def as_the_disk_shows(effect: InFlight, seen: InstanceReport | None) -> bool:
    """By the effect's disk in its instance, which an instance that is gone has no more."""
    if seen is None:
        return effect.operation is Operation.REMOVE_DISK
    found = next((disk for disk in seen.disks if disk.name == effect.disk), None)
    if effect.operation is Operation.GROW_DISK:
        return found is not None and found.size_mib >= effect.disk_mib
    return (found is not None) is IN_INSTANCE[effect.operation]


def look(
    cluster_id: str, driver: ClusterDriver, known: Watched, *, removed: bool
) -> Iterator[Report]:
    """One instance against its quiet server; `removed`: a job that took it away was seen."""
    report = driver.instance(known.instance)
    if report is None:
        yield InstanceAbsent(cluster_id, known.instance, removed, known.version)
    elif differs(report, known):
        yield replace(report, server_version=known.version)


def proves_removal(job: JobReport) -> bool:
    """Whether the job took its instance away."""
    return job.opcode == REMOVAL and job.outcome is JobOutcome.SUCCESS


def made_by_us(job: JobReport) -> bool:
    """Whether a job of ours has ended that makes an instance."""
    return job.opcode == CREATION and bool(job.effect_id) and job.rank is JobRank.FINAL


def overtaken(flying: Sequence[InFlight]) -> Iterator[int]:
    """Jobs that have not begun and that nobody wants: their server is to be removed."""
    about_servers = [each for each in flying if each.server_id and not each.task_id]
    leaving = {each.server_id for each in about_servers if each.operation is Operation.REMOVE}
    for effect in about_servers:
        unwanted = effect.server_id in leaving and effect.operation is not Operation.REMOVE
        if unwanted and effect.job_id is not None and effect.job_rank < JobRank.RUNNING:
            yield effect.job_id


def differs(seen: InstanceReport, known: Watched) -> bool:
    """Whether a sight tells anything new."""
    state = AS_SEEN.get(seen.power)
    return state is not None and (
        state != known.vm_state
        or seen.power != known.power
        or (seen.vcpus, seen.memory_mib) != (known.vcpus, known.ram)
        or (not known.disk_template and kept_on(seen) != "")
        or known.absences > 0
    )
