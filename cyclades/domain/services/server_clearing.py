"""Getting volumes out of servers that go, one step after the other.

A removed instance takes all its disks along: what is to outlive it has to be out before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cyclades.domain.model.disk_task import TaskKind
from cyclades.domain.model.disk_templates import Can, refusal
from cyclades.domain.model.effects import Command, Effect, RemoveInstance, StopInstance
from cyclades.domain.model.errors import Conflict
from cyclades.domain.model.instance_action import ERROR
from cyclades.domain.model.reports import Power
from cyclades.domain.model.server import Fault, Server
from cyclades.domain.model.server_states import TaskState, VmState
from cyclades.domain.services.attached_volumes import Attached, AttachedVolumes
from cyclades.domain.services.server_settlement import ServerSettlement
from cyclades.ports.clock import Clock
from cyclades.ports.ids import Ids
from cyclades.ports.outbox import Outbox
from cyclades.ports.servers import InstanceActions

STAYS = (
    "Volume {} cannot outlive the server. {} Or say that it goes with the server "
    "(delete_on_termination of its attachment)."
)
AT_ONCE = 0  # seconds that the guest has to shut down: nobody wants it any more


@dataclass(frozen=True, slots=True)
class ServerClearing:
    """Whatever ended, `advance` looks at how things are and asks for what is next."""

    volumes: AttachedVolumes
    settlement: ServerSettlement
    actions: InstanceActions
    outbox: Outbox
    clock: Clock
    ids: Ids

    def needed(self, server: Server) -> bool:
        """Whether something has to happen before the instance may be removed.

        Raises Conflict when it cannot happen: what is to be kept cannot leave.
        """
        building = server.vm_state is VmState.BUILDING
        held = self.volumes.of(server.id)
        for each in held:
            if each.kept and (why := refusal(each.volume.disk_template, Can.MOVE)):
                raise Conflict(STAYS.format(each.volume.id, why))
        return any(
            each.volume.task_id
            or each.kept
            or (building and not each.attachment.delete_on_termination)
            for each in held
        )

    def advance(self, server: Server, request_id: str) -> None:
        """The next step towards an instance with nothing in it that is to be kept."""
        held = self.volumes.of(server.id)
        if not any(each.volume.task_id for each in held) and not self._busy(server):
            self._step(server, held, request_id)
        self.settlement.keep(server, server.usage)

    def fail(self, server: Server, message: str) -> None:
        """It cannot be removed without losing what is to be kept: its user reads why."""
        now = self.clock.now()
        if server.effect_id is not None:
            self.actions.finish(server.effect_id, ERROR, message, now)
        server.vm_state, server.fault = VmState.ERROR, Fault(500, message, now)
        server.effect_id, server.task_state = None, None
        self.settlement.keep(server, server.usage)

    def vanished(self, server: Server, request_id: str) -> None:
        """Its cluster does not know the instance: nothing is left to be kept."""
        removal = server.effect_id or self.ids.new()
        self._ask(server, RemoveInstance(server.instance), request_id, removal)

    def _step(self, server: Server, held: Sequence[Attached], request_id: str) -> None:
        kept = [each for each in held if each.kept]
        leaving = server.task_state is TaskState.DELETING
        if kept and server.power is not Power.STOPPED:
            stop = StopInstance(server.instance, AT_ONCE)
            self._ask(server, stop, request_id, self.ids.new())
        elif kept:
            for each in kept:
                self.volumes.move(TaskKind.DETACH, server, each, server.user_id, request_id)
        else:
            removal = server.effect_id if leaving and server.effect_id else self.ids.new()
            command = RemoveInstance(server.instance)
            self._ask(server, command, request_id, removal, cleanup=not leaving)

    def _busy(self, server: Server) -> bool:
        flying = self.outbox.in_flight(server.cluster_id)
        return any(effect.server_id == server.id and not effect.task_id for effect in flying)

    def _ask(
        self,
        server: Server,
        command: Command,
        request_id: str,
        effect_id: str,
        *,
        cleanup: bool = False,
    ) -> None:
        self.outbox.put(
            Effect(
                effect_id,
                server.cluster_id,
                server.id,
                server.generation,
                request_id,
                command,
                purpose="cleanup" if cleanup else "user",
            ),
            self.clock.now(),
        )
