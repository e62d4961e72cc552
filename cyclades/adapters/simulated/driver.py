"""The driver of a simulated cluster."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from cyclades.adapters.simulated import engine, reports
from cyclades.adapters.simulated.admin import Administrator
from cyclades.adapters.simulated.faults import Fate, FaultControls, take_fate
from cyclades.adapters.simulated.opcodes import opcode_of
from cyclades.adapters.simulated.settings import Settings
from cyclades.adapters.simulated.store import WorldStore
from cyclades.adapters.simulated.world import World
from cyclades.domain.model.cluster import Capacity, ClusterConnection, ClusterIdentity
from cyclades.domain.model.effects import Command, DetachNic, Effect, ModifyNic
from cyclades.domain.model.reports import InstanceReport, JobReport, NetworkReport
from cyclades.ports.clock import Clock
from cyclades.ports.cluster_driver import (
    ClusterDriver,
    ClusterUnavailable,
    IdentityMismatch,
    SubmissionAmbiguous,
    SubmissionRefused,
)
from cyclades.ports.documents import Documents

Result = TypeVar("Result")


ERRORS: Final[dict[Fate, tuple[type[Exception], str]]] = {
    Fate.NEVER_ARRIVED: (SubmissionAmbiguous, "The cluster did not answer."),
    Fate.ANSWER_LOST: (SubmissionAmbiguous, "The cluster did not answer."),
    Fate.REFUSED: (SubmissionRefused, "Refused on demand."),
    Fate.DRAINED: (ClusterUnavailable, "The cluster takes no jobs now."),
    Fate.FULL: (ClusterUnavailable, "The cluster takes no jobs now."),
}


class SimulatedDriver(ClusterDriver):
    """A cluster that lives in a document.

    `administrator` works in it behind our back, `faults` are its fault switches: both are
    for tests and demonstrations.
    """

    def __init__(self, store: WorldStore, expected_uuid: str | None) -> None:
        """Nothing is read yet."""
        self.store = store
        self.administrator = Administrator(store)
        self.faults = FaultControls(store)
        self._cluster_id = store.cluster_id
        self._expected_uuid = expected_uuid

    def identity(self) -> ClusterIdentity:
        """Who the cluster is."""
        return self._look(reports.identity)

    def capacity(self) -> Capacity:
        """What its nodes have."""
        return self._look(reports.capacity)

    def submit(self, effect: Effect) -> int:
        """Queue the effect's job."""

        def verb(world: World) -> int | Fate:
            self._check(world)
            fate = take_fate(world)
            if fate is not None and fate is not Fate.ANSWER_LOST:
                return fate
            command = as_named_there(world, effect.command)
            known = replace(effect, command=command)
            job = engine.submit(world, self.store.settings, opcode_of(known, world.time))
            return fate or job.id

        outcome = self.store.change(verb)
        if isinstance(outcome, Fate):
            error, text = ERRORS[outcome]
            raise error(text)
        return outcome

    def find(self, effect_id: str) -> int | None:
        """The newest job with the effect's id, archived or not."""

        def view(world: World) -> int | None:
            jobs = (world.jobs | world.archive).values()
            reasons = ((job.id, reports.reason_in(job.op)) for job in jobs)
            ours = (
                number for number, reason in reasons if reason and reason.effect_id == effect_id
            )
            return max(ours, default=None)

        return self._look(view)

    def job(self, job_id: int) -> JobReport | None:
        """One job, archived or not."""
        return next(iter(self.jobs_of([job_id])), None)

    def jobs_of(self, ids: Collection[int]) -> Sequence[JobReport]:
        """Some jobs, archived or not."""

        def view(world: World) -> Sequence[JobReport]:
            found = (world.job(job_id) for job_id in sorted(set(ids)))
            return [reports.job_report(self._cluster_id, job) for job in found if job]

        return self._look(view)

    def jobs(self, since: int = 0) -> Sequence[JobReport]:
        """Live jobs above `since`."""
        return self._look(
            lambda world: [
                reports.job_report(self._cluster_id, job)
                for number, job in sorted(world.jobs.items())
                if number > since
            ]
        )

    def instances(self) -> Sequence[InstanceReport]:
        """All instances."""
        return self._look(
            lambda world: [
                reports.instance_report(self._cluster_id, world, instance)
                for _, instance in sorted(world.instances.items())
            ]
        )

    def instance(self, name: str) -> InstanceReport | None:
        """One instance."""

        def view(world: World) -> InstanceReport | None:
            instance = world.instances.get(name)
            return reports.instance_report(self._cluster_id, world, instance) if instance else None

        return self._look(view)

    def networks(self) -> Sequence[NetworkReport]:
        """All networks."""
        return self._look(
            lambda world: [
                reports.network_report(self._cluster_id, network)
                for _, network in sorted(world.networks.items())
            ]
        )

    def cancel(self, job_id: int) -> bool:
        """Cancel a job that does not run yet."""

        def verb(world: World) -> bool:
            self._check(world)
            return engine.cancel(world, job_id) is None

        return self.store.change(verb)

    def close(self) -> None:
        """Nothing is held."""

    def _look(self, view: Callable[[World], Result]) -> Result:
        """A view of the right cluster, if it answers."""

        def checked(world: World) -> Result:
            self._check(world)
            return view(world)

        return self.store.look(checked)

    def _check(self, world: World) -> None:
        """Whether anybody answers, and who. Raises ClusterUnavailable, IdentityMismatch."""
        if world.faults.unreachable:
            message = "The cluster does not answer."
            raise ClusterUnavailable(message)
        if self._expected_uuid not in {None, reports.identity(world).uuid}:
            message = "Another cluster answers."
            raise IdentityMismatch(message)


def as_named_there(world: World, command: Command) -> Command:
    """The command with the interface's UUID when it has another name than ours."""
    if not isinstance(command, DetachNic | ModifyNic) or not command.mac:
        return command
    instance = world.instances.get(command.instance)
    there = instance.nics if instance else []
    if any(nic["name"] == command.name for nic in there):
        return command
    found = (nic["uuid"] for nic in there if nic["mac"] == command.mac)
    return replace(command, name=next(found, command.name))


def make(
    connection: ClusterConnection,
    expected_uuid: str | None,
    *,
    clock: Clock,
    documents: Documents,
) -> SimulatedDriver:
    """The entry point `simulated`; the world is the document `simulated/<connection.id>`.

    Raises InvalidInput for options that `Settings` does not know.
    """
    settings = Settings.parse(connection.options)
    return SimulatedDriver(WorldStore(connection.id, settings, documents, clock), expected_uuid)
