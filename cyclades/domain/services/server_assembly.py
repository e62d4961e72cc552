"""Servers that take several jobs to build: the instance, then volumes, then its start."""

from dataclasses import dataclass

from cyclades.domain.model.disk_commands import RemoveDisk
from cyclades.domain.model.disk_task import TaskKind
from cyclades.domain.model.effects import Command, Effect, StartInstance
from cyclades.domain.model.instance_action import ERROR, SUCCESS
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import Power
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_states import TaskState, VmState
from cyclades.domain.model.volume import VolumeStatus, seat_name
from cyclades.domain.services.attached_volumes import AttachedVolumes
from cyclades.domain.services.server_clearing import ServerClearing
from cyclades.domain.services.server_settlement import ServerSettlement
from cyclades.ports.clock import Clock
from cyclades.ports.ids import Ids
from cyclades.ports.outbox import Outbox
from cyclades.ports.servers import InstanceActions

READY = frozenset({VolumeStatus.AVAILABLE, VolumeStatus.RESERVED})


@dataclass(frozen=True, slots=True)
class ServerAssembly:
    """Its user sees one build, which ends when the last step has."""

    volumes: AttachedVolumes
    clearing: ServerClearing
    settlement: ServerSettlement
    actions: InstanceActions
    outbox: Outbox
    clock: Clock
    ids: Ids
    prefix: str

    def created(self, server: Server, request_id: str) -> bool:
        """The instance is there; whether the build goes on."""
        self.volumes.arrived(server)
        if not any(each.waits for each in self.volumes.of(server.id)):
            return False
        server.vm_state, server.power = VmState.BUILDING, Power.STOPPED
        server.fault = None
        self.advance(server, request_id)
        return True

    def advance(self, server: Server, request_id: str) -> None:
        """Attach the next volume, or begin to start it."""
        if server.power is not Power.STOPPED:
            return  # there is no instance yet
        server.task_state = TaskState.BLOCK_DEVICE_MAPPING
        held = self.volumes.of(server.id)
        if any(each.volume.task_id for each in held):
            self.settlement.keep(server, server.usage)
            return  # its end goes on from here
        waiting = next((each for each in held if each.waits), None)
        if waiting is None:
            self._finish(server, request_id)
        elif waiting.volume.status not in READY:
            why = waiting.volume.fault or f"it is in status {waiting.volume.status}"
            self.fail(server, f"Volume {waiting.volume.id} cannot be attached: {why}", request_id)
        else:
            self.volumes.move(TaskKind.ATTACH, server, waiting, server.user_id, request_id)
            self.settlement.keep(server, server.usage)

    def start(self, server: Server, request_id: str) -> None:
        """All that belongs to it is in it."""
        server.task_state = TaskState.SPAWNING
        self._ask(server, StartInstance(server.instance), request_id)
        self.settlement.keep(server, server.usage)

    def done(self, server: Server) -> None:
        """It runs."""
        now, effect_id = self.clock.now(), server.effect_id or ""
        self.actions.finish(effect_id, SUCCESS, None, now)
        server.succeed(Operation.CREATE, effect_id, now)
        self.settlement.keep(server, server.usage)

    def fail(self, server: Server, message: str, request_id: str) -> None:
        """It will not run: what is to be kept is taken out, and the instance removed."""
        now, effect_id = self.clock.now(), server.effect_id or ""
        self.actions.finish(effect_id, ERROR, message, now)
        server.fail(Operation.CREATE, effect_id, message, now)
        self.volumes.forsake(server, message)
        self.clearing.advance(server, request_id)

    def _finish(self, server: Server, request_id: str) -> None:
        # A root disk that moved in found a small disk there, which kept its place.
        held = self.volumes.of(server.id)
        seated = any(each.attachment.boot_index == 0 and each.volume.holder for each in held)
        if not seated or server.config_drive:
            self.start(server, request_id)
            return
        seat = RemoveDisk(server.instance, seat_name(self.prefix, server.id))
        self._ask(server, seat, request_id)
        self.settlement.keep(server, server.usage)

    def _ask(self, server: Server, command: Command, request_id: str) -> None:
        self.outbox.put(
            Effect(
                self.ids.new(),
                server.cluster_id,
                server.id,
                server.generation,
                request_id,
                command,
            ),
            self.clock.now(),
        )
