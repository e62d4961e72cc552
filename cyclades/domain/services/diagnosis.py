"""What a server waits for, in words for operators: from what is known, to what can be done."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cyclades.domain.model.cluster import Cluster
from cyclades.domain.model.disk_task import DiskTask
from cyclades.domain.model.divergence import MEANINGS, Sighting
from cyclades.domain.model.instance_action import ERROR
from cyclades.domain.model.reports import InstanceReport, JobRank, JobReport
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_states import VmState
from cyclades.ports.cluster_driver import (
    AuthenticationFailed,
    ClusterUnavailable,
    IdentityMismatch,
)
from cyclades.ports.instance_action_views import ActionView
from cyclades.ports.outbox import InFlight

SOON = timedelta(seconds=15)  # what workers do within, when there are any
FAILURES = 3  # of the newest actions


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know. `then`: what happens next by itself, or what an operator can do."""

    about: str
    says: str
    then: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything there is to see of a server.

    `effects` are all unfinished ones of its cluster, oldest first. `job` and `instance` are
    what the cluster shows now (None: it does not know them), unless there was `trouble`.
    `tasks` are what is under way with its volumes.
    """

    server: Server
    cluster: Cluster
    effects: Sequence[InFlight]
    room: int
    lease: int
    job: JobReport | None
    instance: InstanceReport | None
    trouble: ClusterUnavailable | None
    divergences: Sequence[Sighting]
    actions: Sequence[ActionView]
    now: datetime
    tasks: Sequence[DiskTask] = ()

    @property
    def own(self) -> Sequence[InFlight]:
        """Its own effects."""
        return [effect for effect in self.effects if effect.server_id == self.server.id]

    def awaited(self, effect: InFlight) -> InFlight | None:
        """The oldest thing to be done for the network that the effect waits for."""
        subjects = {each.subject for each in self.effects if each.effect_id == effect.waits_for}
        return next((each for each in self.effects if each.subject in subjects), None)

    @property
    def full(self) -> bool:
        """The cluster has as many of our jobs as it may."""
        sent = [e for e in self.effects if e.state in {"claimed", "submitted"} and not e.overdue]
        return len(sent) >= self.room


def diagnose(seen: Situation) -> Sequence[Finding]:
    """All findings, the state first and what it waits for next."""
    findings = [_state(seen)]
    if seen.own:
        findings += _waiting(seen, seen.own[0])
        findings += _behind(seen.own)
    else:
        findings += _idle(seen)
    findings += _volumes(seen)
    findings += _cluster(seen)
    findings += [
        Finding(
            "divergence",
            f"{MEANINGS[each.divergence.kind].says} {each.divergence.detail} "
            f"(seen {each.sightings} times since {each.first_seen:%Y-%m-%d %H:%M} UTC)",
            MEANINGS[each.divergence.kind].mended_by,
        )
        for each in seen.divergences
    ]
    failed = [action for action in seen.actions if action.result == ERROR][:FAILURES]
    findings += [
        Finding("failure", f"{a.action} at {a.started:%Y-%m-%d %H:%M} UTC: {a.message}")
        for a in failed
    ]
    return findings


def _state(seen: Situation) -> Finding:
    server = seen.server
    task = f", {server.task_state}" if server.task_state else ""
    fault = f"; its user reads: {server.fault.message}" if server.fault else ""
    where = f"instance {server.instance} in cluster {seen.cluster.name}"
    return Finding("state", f"{server.status} ({server.vm_state}{task}), {where}{fault}")


def _waiting(seen: Situation, effect: InFlight) -> Iterator[Finding]:
    asked = f"{effect.operation}, asked for {_age(seen, effect)} ago in {effect.request_id}"
    yield Finding("operation", f"{asked}, is {effect.state}")
    yield from STAGES[effect.state](seen, effect)
    if effect.overdue:
        yield Finding(
            "overdue",
            "It has not ended in its time; its user was told.",
            "Should it still end, the server will show it. An operator can cancel its job.",
        )


def _queued(seen: Situation, effect: InFlight) -> Iterator[Finding]:
    if effect.uncertain:
        yield Finding(
            "uncertain",
            f"An earlier attempt may have reached the cluster ({effect.error}).",
            "Its job is looked for before anything is sent again.",
        )
    elif effect.attempts:
        yield Finding(
            "attempts",
            f"It was tried {effect.attempts} times; the last time: {effect.error}",
            "It is tried again within minutes, and given up when its time is over.",
        )
    if seen.full:
        yield Finding(
            "full",
            f"The cluster has {seen.room} operations of ours in flight, as many as it may.",
            "It goes on when one of them ends (setting effects_per_cluster).",
        )
    elif network := seen.awaited(effect):
        yield Finding(
            "network",
            f"It waits for network {network.network}: {network.operation} is {network.state}.",
            "It goes on when that has ended (cyclades-manage network list).",
        )
    elif not effect.attempts and seen.now - effect.created > SOON:
        yield Finding(
            "worker",
            "Nobody has tried it yet.",
            "Is an effects worker running (cyclades worker effects)?",
        )


def _claimed(seen: Situation, effect: InFlight) -> Iterator[Finding]:
    del effect
    yield Finding(
        "lease",
        "A worker holds it and is submitting it.",
        f"If that worker died, another takes over when the lease of {seen.lease} s ends.",
    )


def _submitted(seen: Situation, effect: InFlight) -> Iterator[Finding]:
    if seen.trouble is not None:
        yield Finding("job", f"Its job is {effect.job_id}; the cluster cannot be asked about it.")
    elif seen.job is None:
        yield Finding(
            "job",
            f"The cluster does not know its job {effect.job_id} any more.",
            "After some more looks the poller goes by what became of the instance.",
        )
    else:
        says, then = JOBS[seen.job.rank]
        told = f" ({seen.job.message})" if seen.job.message else ""
        yield Finding("job", f"Its job {effect.job_id} {says}{told}.", then)


STAGES: Mapping[str, Callable[[Situation, InFlight], Iterator[Finding]]] = {
    "queued": _queued,
    "claimed": _claimed,
    "submitted": _submitted,
}
JOBS: Mapping[JobRank, tuple[str, str]] = {
    JobRank.QUEUED: (
        "is in the cluster's queue",
        "It waits for other jobs there, or for its queue to be undrained (gnt-cluster queue info).",
    ),
    JobRank.WAITING: (
        "waits for locks in the cluster",
        "It goes on when other jobs let go of them (gnt-debug locks).",
    ),
    JobRank.RUNNING: ("is running", "Its end is taken over; gnt-job watch shows what it does."),
    JobRank.FINAL: (
        "has ended in the cluster",
        "The poller takes it over within seconds. Is one running (cyclades worker poller)?",
    ),
}


def _behind(own: Sequence[InFlight]) -> Iterator[Finding]:
    if behind := [str(effect.operation) for effect in own[1:]]:
        yield Finding(
            "behind",
            f"Behind it: {', '.join(behind)}.",
            "The operations of a server are done one after the other.",
        )


def _volumes(seen: Situation) -> Iterator[Finding]:
    for task in seen.tasks:
        effect = next((e for e in seen.effects if e.effect_id == task.effect_id), None)
        job = f", job {effect.job_id}" if effect and effect.job_id is not None else ""
        step = f"step {task.step + 1} of {len(task.plan)} ({task.plan[task.step]}{job})"
        yield Finding(
            "volume",
            f"{task.kind} of volume {task.volume_id} is {task.state}: {step}.",
            "Each step is an operation of its own; what fails is undone, and the volume says why.",
        )


def _idle(seen: Situation) -> Iterator[Finding]:
    server = seen.server
    if server.deleted:
        yield Finding("nothing", "It is deleted, and nothing is left to do.")
    elif server.task_state is not None or server.vm_state is VmState.BUILDING:
        yield Finding(
            "stuck",
            "It says that something is being done, and nothing is.",
            "cyclades-manage audit --fix ends this.",
        )
    elif seen.trouble is None and seen.instance is None and server.vm_state is not VmState.ERROR:
        yield Finding(
            "missing",
            "Its cluster does not know its instance.",
            "After two looks it is in ERROR, for its user to see and delete.",
        )
    else:
        yield Finding("nothing", "It waits for nothing.")


TROUBLES: Mapping[type[ClusterUnavailable], tuple[str, str]] = {
    AuthenticationFailed: (
        "refuses our credentials",
        "Set the password that its RAPI knows, then restart the workers.",
    ),
    IdentityMismatch: (
        "is not the one that was registered",
        "Nothing is sent to it. Look at its certificate and its UUID.",
    ),
    ClusterUnavailable: (
        "does not answer",
        "Everything goes on when it does. Is its RAPI running, and the way to it open?",
    ),
}


def _cluster(seen: Situation) -> Iterator[Finding]:
    name = seen.cluster.name
    if seen.trouble is not None:
        kind = next(kind for kind in type(seen.trouble).__mro__ if kind in TROUBLES)
        says, then = TROUBLES[kind]
        yield Finding("cluster", f"Cluster {name} {says}: {seen.trouble}", then)
    if seen.cluster.offline:
        yield Finding(
            "cluster", f"Cluster {name} is offline: nobody looks at it.", "Take it online again."
        )
    elif seen.cluster.drained:
        yield Finding("cluster", f"Cluster {name} is drained: it takes no new servers.")


def _age(seen: Situation, effect: InFlight) -> str:
    return str(timedelta(seconds=round((seen.now - effect.created).total_seconds())))
