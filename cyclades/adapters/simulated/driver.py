"""The driver of a simulated cluster."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from cyclades.adapters.simulated import engine, reports
from cyclades.adapters.simulated.admin import Administrator
from cyclades.adapters.simulated.builds import Builds
from cyclades.adapters.simulated.faults import Fate, FaultControls, take_fate
from cyclades.adapters.simulated.opcodes import opcode_of
from cyclades.adapters.simulated.settings import Settings
from cyclades.adapters.simulated.store import WorldStore
from cyclades.adapters.simulated.world import World
from cyclades.domain.model.cluster import Capacity, ClusterConnection, ClusterIdentity
from cyclades.domain.model.effects import Command, CreateInstance, DetachNic, Effect, ModifyNic
from cyclades.domain.model.reports import InstanceReport, JobReport, NetworkReport
from cyclades.ports.build_desk import NodeMeans
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
BUILDING: Final = 600.0  # seconds in which disks are filled
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

    def __init__(
        self, store: WorldStore, expected_uuid: str | None, builds: Builds | None = None
    ) -> None:
        """Nothing is read yet. Without `builds`, disks have no bytes."""
        self.store = store
        self.builds = builds
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
        """Queue the effect's job; its disks are filled before."""
        reserved = self._reserve(effect)
        failure = None
        if self.builds is not None and reserved:
            failure = self.builds.carry_out(opcode_of(effect, 0.0), effect.guest.ticket)

        def verb(world: World) -> tuple[int, Fate | None]:
            self._check(world)
            for name in reserved:
                world.building.pop(name, None)
            found = job_of(world, effect.id) if reserved else None
            if found is not None:  # meanwhile somebody took us for dead, and did the same
                return found, None
            fate = take_fate(world)
            if fate is not None and fate is not Fate.ANSWER_LOST:
                return 0, fate
            command = as_named_there(world, effect.command)
            known = replace(effect, command=command)
            job = engine.submit(world, self.store.settings, opcode_of(known, world.time))
            job.error = job.error or failure
            return job.id, fate

        job_id, fate = self.store.change(verb)
        if self.builds is not None:
            self.builds.sweep(lambda: self.store.look(disk_names))
        if fate is not None:
            error, text = ERRORS[fate]
            raise error(text)
        return job_id

    def _reserve(self, effect: Effect) -> list[str]:
        """Say which disks are going to be filled; who dies meanwhile has sent nothing."""
        names = names_of(effect) if self.builds is not None and effect.guest.ticket else []

        def verb(world: World) -> list[str]:
            self._check(world)
            kept = {name: until for name, until in world.building.items() if until > world.time}
            world.building = {name: until for name, until in kept.items() if name not in names}
            if job_of(world, effect.id) is not None or disk_names(world).intersection(names):
                return []
            if world.faults.fail_jobs:  # it will be this one
                return []
            world.building |= dict.fromkeys(names, world.time + BUILDING)
            return names

        return self.store.change(verb) if names else []

    def find(self, effect_id: str) -> int | None:
        """The newest job with the effect's id, archived or not."""
        return self._look(lambda world: job_of(world, effect_id))

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
        """All instances; now and then somebody must look which disks are gone."""
        if self.builds is not None:
            self.builds.sweep(lambda: self.store.look(disk_names))
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


def job_of(world: World, effect_id: str) -> int | None:
    """The newest job with the effect's id, archived or not."""
    jobs = (world.jobs | world.archive).values()
    return max((job.id for job in jobs if reports.effect_in(job.op) == effect_id), default=None)


def names_of(effect: Effect) -> list[str]:
    """The disks that the OS definition is to fill."""
    command = effect.command
    if not isinstance(command, CreateInstance) or not command.install:
        return []
    return [disk.name for disk in command.disks]


def disk_names(world: World) -> set[str]:
    """All disks that there are or may be soon."""
    there = [disk for instance in world.instances.values() for disk in instance.disks]
    soon = [
        disk
        for job in world.jobs.values()
        if not job.final
        for disk in job.op.get("disks") or []
        if isinstance(disk, dict)
    ]
    filled = {name for name, until in world.building.items() if until > world.time}
    return {str(disk.get("name")) for disk in (*there, *world.loose_disks, *soon)} | filled


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
    nodes: NodeMeans | None = None,
) -> SimulatedDriver:
    """The entry point `simulated`; the world is the document `simulated/<connection.id>`.

    Raises InvalidInput for options that `Settings` does not know.
    """
    settings = Settings.parse(connection.options)
    builds = Builds(connection.id, nodes) if nodes else None
    store = WorldStore(connection.id, settings, documents, clock)
    return SimulatedDriver(store, expected_uuid, builds)
