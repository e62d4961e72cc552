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
from cyclades.adapters.simulated.world import Job, World
from cyclades.domain.model.cluster import Capacity, ClusterConnection, ClusterIdentity
from cyclades.domain.model.effects import Command, DetachNic, Effect, ModifyNic
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
        """Queue the effect's job."""

        def verb(world: World) -> tuple[Job | None, Fate | None]:
            self._check(world)
            fate = take_fate(world)
            if fate is not None and fate is not Fate.ANSWER_LOST:
                return None, fate
            command = as_named_there(world, effect.command)
            known = replace(effect, command=command)
            job = engine.submit(world, self.store.settings, opcode_of(known, world.time))
            if self.builds and effect.guest.ticket and fills_new_disks(world, job):
                job.building = world.time + engine.BUILDING
            return job, fate

        job, fate = self.store.change(verb)
        if job is not None:
            self._build(job, effect.guest.ticket)
        if job is None or fate is not None:
            error, text = ERRORS[fate or Fate.REFUSED]
            raise error(text)
        return job.id

    def _build(self, job: Job, ticket: str) -> None:
        """What nodes do, while the job waits for it; and what no disk is any more goes."""
        if self.builds is None:
            return
        if job.building:
            failure = self.builds.carry_out(job.op, ticket)
            self.store.change(lambda world: engine.built(world, job.id, failure))
        self.builds.sweep(lambda: self.store.look(disk_names))

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


def fills_new_disks(world: World, job: Job) -> bool:
    """Whether the job makes disks for the OS definition to fill, and can."""
    op = job.op
    if op["OP_ID"] != "OP_INSTANCE_CREATE" or op["no_install"] or job.error:
        return False
    return bool(op["disks"]) and op["disks"][0]["name"] not in disk_names(world, but=job.id)


def disk_names(world: World, but: int = 0) -> set[str]:
    """All disks that there are or, by a job other than `but`, may be soon."""
    there = [disk for instance in world.instances.values() for disk in instance.disks]
    soon = [
        disk
        for job in world.jobs.values()
        if not job.final and job.id != but
        for disk in job.op.get("disks") or []
        if isinstance(disk, dict)
    ]
    return {str(disk.get("name")) for disk in (*there, *world.loose_disks, *soon)}


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
