"""Servers that are built or removed by several jobs: who goes on when one has ended."""

from dataclasses import dataclass

from cyclades.domain.model.disk_task import DiskTask, TaskKind
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_states import TaskState, VmState
from cyclades.domain.services.attached_volumes import AttachedVolumes
from cyclades.domain.services.server_assembly import ServerAssembly
from cyclades.domain.services.server_clearing import ServerClearing
from cyclades.ports.outbox import InFlight, Outbox
from cyclades.ports.servers import ServerRepository

UNKNOWN = "unknown_entity"
# Tasks without which a server cannot be built.
OF_BUILDS = frozenset({TaskKind.CREATE, TaskKind.ATTACH})


@dataclass(frozen=True, slots=True)
class ServerSteps:
    """In the transaction in which the effect or the task has ended."""

    servers: ServerRepository
    volumes: AttachedVolumes
    assembly: ServerAssembly
    clearing: ServerClearing
    outbox: Outbox

    def taken(self, effect: InFlight, server: Server, failure: str | None) -> bool:
        """Whether this was one step of several, so that all that follows is done."""
        leaving, request_id = is_leaving(server), effect.request_id
        if effect.operation is Operation.CREATE:
            return self._created(server, failure, request_id)
        if effect.operation is Operation.REMOVE_DISK and not leaving:
            self.assembly.start(server, request_id)
        elif effect.operation is Operation.REMOVE_DISK:
            self.clearing.advance(server, request_id)
        elif effect.operation is Operation.STOP and leaving and failure is not None:
            self.clearing.fail(server, f"The server cannot be removed: {failure}")
        elif effect.operation is Operation.START and server.launched is None and not leaving:
            self._started(server, failure, request_id)
        else:
            return False
        return True

    def vanished(self, effect: InFlight, server: Server, error: str | None) -> bool:
        """Whether its cluster does not know what was to be stopped before it is removed."""
        if not (is_leaving(server) and effect.operation is Operation.STOP and error == UNKNOWN):
            return False
        self.clearing.vanished(server, effect.request_id)
        return True

    def follow(self, server: Server, request_id: str) -> None:
        """Something has ended for a server that is to be removed, perhaps after other things."""
        if is_leaving(server) and not self.outbox.unfinished([server.effect_id or ""]):
            self.clearing.advance(server, request_id)

    def holds(self, server: Server) -> bool:
        """Whether the instance has what is to outlive it."""
        return any(each.kept or each.volume.task_id for each in self.volumes.of(server.id))

    def after(self, task: DiskTask, message: str | None) -> None:
        """A task on disks has ended, and why if it failed."""
        server_id = task.server_id or self.volumes.whose(task.volume_id)
        if server_id is None:
            return
        server = self.servers.by_id(server_id)
        if server.deleted:
            self.volumes.stray(task.volume_id)
        elif is_leaving(server) and message is not None and task.kind is TaskKind.DETACH:
            self.clearing.fail(server, f"The server cannot be removed: {message}")
        elif is_leaving(server) or (server.never_built and message is None):
            self.clearing.advance(server, task.request_id)
        elif server.vm_state is VmState.BUILDING:
            self._joined(server, task, message)
        else:
            self.clearing.settlement.keep(server, server.usage)

    def _created(self, server: Server, failure: str | None, request_id: str) -> bool:
        if failure is not None:
            self.volumes.forsake(server, failure)
            return False
        if is_leaving(server):
            self.volumes.arrived(server)
            return False
        return self.assembly.created(server, request_id)

    def _started(self, server: Server, failure: str | None, request_id: str) -> None:
        if failure is None:
            self.assembly.done(server)
        else:
            self.assembly.fail(server, failure, request_id)

    def _joined(self, server: Server, task: DiskTask, message: str | None) -> None:
        if message is not None and task.kind in OF_BUILDS:
            self.assembly.fail(server, message, task.request_id)
        else:
            self.assembly.advance(server, task.request_id)


def is_leaving(server: Server) -> bool:
    """Somebody wants it gone."""
    return server.task_state is TaskState.DELETING
