"""The update path's one verb: whatever a cluster reports ends here."""

from dataclasses import dataclass
from functools import singledispatchmethod

from cyclades.domain.model.effects import Command, Effect, RemoveInstance
from cyclades.domain.model.instance_action import ERROR, SUCCESS, InstanceAction
from cyclades.domain.model.job_errors import OVERTAKEN, user_sentence
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import (
    BuildProgress,
    InstanceAbsent,
    InstanceLeft,
    InstanceReport,
    JobOutcome,
    JobRank,
    JobReport,
)
from cyclades.domain.model.server import Server
from cyclades.domain.services.builds import Builds
from cyclades.domain.services.disk_tasks import DiskTasks
from cyclades.domain.services.interface_settlement import OF_INTERFACES, InterfaceSettlement
from cyclades.domain.services.left_holders import LeftHolders
from cyclades.domain.services.network_settlement import NetworkSettlement
from cyclades.domain.services.server_settlement import ServerSettlement
from cyclades.domain.services.server_steps import ServerSteps
from cyclades.ports.clock import Clock
from cyclades.ports.ids import Ids
from cyclades.ports.outbox import InFlight, Outbox
from cyclades.ports.servers import InstanceActions, ServerRepository

UNKNOWN = "unknown_entity"
# What is not there is gone, which is all that these want.
REMOVALS = frozenset({Operation.REMOVE, Operation.DETACH_NIC})
MOST_EVENTS = 100  # of one action


@dataclass(frozen=True, slots=True)
class ClusterUpdates:
    """Believe a report or not, and make it the state that users see.

    Jobs are ordered by the rank of their status, servers by generation and version;
    never by a clock. Every report may come twice, late, or not at all.
    """

    servers: ServerRepository
    actions: InstanceActions
    outbox: Outbox
    settlement: ServerSettlement
    networks: NetworkSettlement
    interfaces: InterfaceSettlement
    disks: DiskTasks
    holders: LeftHolders
    steps: ServerSteps
    builds: Builds
    clock: Clock
    ids: Ids

    @singledispatchmethod
    def apply(self, report: object) -> bool:
        """Apply one report in the caller's transaction; True if it changed anything.

        A job report is old news when its effect is finished or was seen further along. An
        instance's report counts only while its server is quiet and still has the version
        that it had before the cluster was read.
        """
        raise TypeError(f"no such report: {type(report).__name__}")

    @apply.register
    def _job(self, report: JobReport) -> bool:
        if report.effect_id is None:
            return False
        effect = self.outbox.lock(report.effect_id)
        if effect is None or effect.cluster_id != report.cluster_id:
            return False
        if effect.job_id not in {None, report.job_id} or report.rank <= effect.job_rank:
            return False
        self.outbox.advance(effect.effect_id, report.job_id, report.rank)
        if not effect.server_id or effect.task_id:
            if report.rank is JobRank.FINAL:
                self._settle_other(effect, report)
            return True
        server = self.servers.by_id(effect.server_id)
        if report.rank is JobRank.FINAL:
            self._settle(effect, server, report)
        else:
            self._progress(effect, server)
        return True

    @apply.register
    def _instance(self, report: InstanceReport) -> bool:
        server = self.servers.by_instance(report.cluster_id, report.instance)
        if server is None or not server.quiet or server.version != report.server_version:
            return False
        before = server.usage
        if not server.observe(report):
            return False
        self.settlement.keep(server, before)
        return True

    @apply.register
    def _absence(self, report: InstanceAbsent) -> bool:
        server = self.servers.by_instance(report.cluster_id, report.instance)
        if server is None or not server.quiet or server.version != report.server_version:
            return False
        before, now = server.usage, self.clock.now()
        if not server.miss(now, removed=report.removed):
            return False
        if server.deleted:
            self.actions.begin(
                InstanceAction(
                    self.ids.new(),
                    server.id,
                    f"req-{self.ids.new()}",
                    "delete",
                    None,
                    server.project_id,
                    None,
                    now,
                    now,
                    now,
                    SUCCESS,
                    "The server was removed by an operator.",
                )
            )
        self.settlement.keep(server, before)
        return True

    @apply.register
    def _build(self, report: BuildProgress) -> bool:
        server = self.servers.by_instance(report.cluster_id, report.instance)
        if server is None or not server.being_built or server.effect_id is None:
            return False
        news = report.message and self.actions.note(
            server.effect_id, self.ids.new(), report.message, self.clock.now(), MOST_EVENTS
        )
        if not server.come(report.progress or 0) and not news:
            return False
        self.settlement.keep(server, server.usage)
        return True

    @apply.register
    def _left_over(self, report: InstanceLeft) -> bool:
        server = self.servers.by_instance(report.cluster_id, report.instance)
        if server is None:
            return self.holders.remove(report)
        if not (server.deleted or server.never_built):
            return False
        if self.busy(server):
            return False  # whatever it is ends with the instance removed, or is looked at again
        if self.steps.holds(server):
            self.steps.clearing.advance(server, f"req-{self.ids.new()}")
            return True
        self.tidy(server, RemoveInstance(server.instance))
        return True

    def refuse(self, effect: InFlight, message: str) -> None:
        """The effect will never have a job: settle it as failed, in words for its user."""
        if effect.task_id:
            self.disks.refuse(effect, message)
        elif effect.network_id:
            self.networks.conclude(effect, message, self.refuse)
        elif not effect.server_id:
            self.outbox.finish(effect.effect_id, "failed", message, self.clock.now())
        else:
            self._conclude(effect, self.servers.by_id(effect.server_id), message)

    def _settle_other(self, effect: InFlight, report: JobReport) -> None:
        """What is about no server, or no news of a server."""
        if effect.task_id:
            self.disks.settle(effect, report)
        elif effect.network_id:
            self.networks.report(effect, report, self.refuse)
        else:  # what was left over: the next audit shows it if it still is
            failure = user_sentence(report) or None
            state = "done" if failure is None else "failed"
            self.outbox.finish(effect.effect_id, state, failure, self.clock.now())

    def _progress(self, effect: InFlight, server: Server) -> None:
        if effect.operation is Operation.CREATE and not server.deleted:
            before = server.task_state
            server.begin()
            if server.task_state is not before:
                self.settlement.keep(server, server.usage)

    def _settle(self, effect: InFlight, server: Server, report: JobReport) -> None:
        gone = effect.operation in REMOVALS and report.error_code == UNKNOWN
        if report.outcome is JobOutcome.SUCCESS or gone:
            self._conclude(effect, server, None)
        elif self.steps.vanished(effect, server, report.error_code):
            self.outbox.finish(effect.effect_id, "failed", None, self.clock.now())
        elif report.outcome is JobOutcome.CANCELED and server.leaving(effect.effect_id):
            self._conclude(effect, server, OVERTAKEN)
        else:
            self._conclude(effect, server, user_sentence(report))

    def _conclude(self, effect: InFlight, server: Server, failure: str | None) -> None:
        now, before = self.clock.now(), server.usage
        state, result = ("done", SUCCESS) if failure is None else ("failed", ERROR)
        self.outbox.finish(effect.effect_id, state, failure, now)
        if effect.operation is Operation.CREATE:
            self.builds.end(effect.effect_id)
        users = not server.deleted and effect.purpose != "cleanup"
        if users and self.steps.taken(effect, server, failure):
            return
        self.actions.finish(effect.effect_id, result, failure, now)
        if not users:
            return
        if effect.operation in OF_INTERFACES:
            self.interfaces.settle(effect.effect_id, effect.operation, server, failure)
        elif failure is None:
            server.succeed(effect.operation, effect.effect_id, now)
        else:
            server.fail(effect.operation, effect.effect_id, failure, now)
            if effect.operation is Operation.CREATE:
                # Ganeti keeps the instance of a failed create in its configuration.
                self.tidy(server, RemoveInstance(server.instance), effect.request_id)
        self.settlement.keep(server, before)
        self.steps.follow(server, effect.request_id)

    def busy(self, server: Server) -> bool:
        """Whether something is asked of its cluster for it."""
        flying = self.outbox.in_flight(server.cluster_id)
        return any(effect.server_id == server.id for effect in flying)

    def tidy(self, server: Server, command: Command, request_id: str = "") -> None:
        """Ask for what no user asked for, and what changes no server."""
        self.outbox.put(
            Effect(
                self.ids.new(),
                server.cluster_id,
                server.id,
                server.generation,
                request_id or f"req-{self.ids.new()}",
                command,
                purpose="cleanup",
            ),
            self.clock.now(),
        )
