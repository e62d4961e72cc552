"""What users do to their servers once they have them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cyclades.domain.model.effects import (
    Command,
    Effect,
    RebootInstance,
    RemoveInstance,
    StartInstance,
    StopInstance,
)
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.instance_action import ERROR, SUCCESS, InstanceAction
from cyclades.domain.model.job_errors import OVERTAKEN
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.services.builds import Builds
from cyclades.domain.services.interface_settlement import OF_INTERFACES, InterfaceSettlement
from cyclades.domain.services.server_clearing import ServerClearing
from cyclades.domain.services.server_settlement import ServerSettlement
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.outbox import Outbox
from cyclades.ports.servers import InstanceActions, ServerRepository

COMMANDS: Mapping[tuple[Action, str], Callable[[str], Command]] = {
    (Action.START, ""): StartInstance,
    (Action.STOP, ""): StopInstance,
    (Action.REBOOT, "SOFT"): lambda instance: RebootInstance(instance, hard=False),
    (Action.REBOOT, "HARD"): lambda instance: RebootInstance(instance, hard=True),
    (Action.DELETE, ""): RemoveInstance,
}


@dataclass(frozen=True, slots=True)
class ServerActions:
    """Check, record, ask: each verb answers at once; the update path tells how it went."""

    servers: ServerRepository
    actions: InstanceActions
    outbox: Outbox
    settlement: ServerSettlement
    clearing: ServerClearing
    interfaces: InterfaceSettlement
    builds: Builds
    feed: Feed
    clock: Clock
    ids: Ids

    def act(
        self, caller: Caller, request_id: str, server_id: str, action: Action, kind: str = ""
    ) -> Server:
        """Start, stop or reboot. Raises NotFound, Conflict."""
        server = self.servers.get(reach_of(caller), server_id)
        server.admit(action, caller, kind)
        self._ask(caller, request_id, server, action, kind)
        return server

    def delete(self, caller: Caller, request_id: str, server_id: str) -> None:
        """Delete, in any state; what never reached a cluster is cancelled instead."""
        server = self.servers.get(reach_of(caller), server_id)
        server.admit(Action.DELETE, caller)
        now = self.clock.now()
        cancelled = self.outbox.cancel_unsent(server.id, now)
        for effect_id, operation in cancelled.items():
            self.actions.finish(effect_id, ERROR, OVERTAKEN, now)
            self.builds.end(effect_id)
            if operation in OF_INTERFACES:
                self.interfaces.settle(effect_id, operation, server, OVERTAKEN)
        if Operation.CREATE in cancelled.values():
            self._note(caller, request_id, server, Action.DELETE, None)
            self.settlement.remove(server)
        elif self.clearing.needed(server):
            self._clear(caller, request_id, server)
        else:
            self._ask(caller, request_id, server, Action.DELETE, "")

    def _clear(self, caller: Caller, request_id: str, server: Server) -> None:
        """Save its volumes first; the removal itself bears the id that is given here."""
        removal = self.ids.new()
        if server.effect_id is not None:
            self.actions.finish(server.effect_id, ERROR, OVERTAKEN, self.clock.now())
        server.command(Action.DELETE, removal)
        self._note(caller, request_id, server, Action.DELETE, removal)
        self.clearing.advance(server, request_id)

    def lock(self, caller: Caller, request_id: str, server_id: str, reason: str | None) -> None:
        """Keep everybody but administrators from changing it."""
        server = self.servers.get(reach_of(caller), server_id)
        server.admit(Action.LOCK, caller)
        server.locked, server.locked_by, server.locked_reason = True, caller.user_id, reason
        self._note(caller, request_id, server, Action.LOCK, None)
        self._keep(server)

    def unlock(self, caller: Caller, request_id: str, server_id: str) -> None:
        """Undo a lock."""
        server = self.servers.get(reach_of(caller), server_id)
        server.admit(Action.UNLOCK, caller)
        server.locked, server.locked_by, server.locked_reason = False, None, None
        self._note(caller, request_id, server, Action.UNLOCK, None)
        self._keep(server)

    def update(self, caller: Caller, server_id: str, change: Callable[[Server], None]) -> Server:
        """Change what is ours alone: name, description, metadata, tags."""
        server = self.servers.get(reach_of(caller), server_id)
        server.admit(Action.UPDATE, caller)
        change(server)
        self._keep(server)
        return server

    def _ask(
        self, caller: Caller, request_id: str, server: Server, action: Action, kind: str
    ) -> None:
        effect_id = self.ids.new()
        server.command(action, effect_id, kind)
        command = COMMANDS[action, kind](server.instance)
        self.outbox.put(
            Effect(effect_id, server.cluster_id, server.id, server.generation, request_id, command),
            self.clock.now(),
        )
        self._note(caller, request_id, server, action, effect_id)
        self._keep(server)

    def _note(
        self,
        caller: Caller,
        request_id: str,
        server: Server,
        action: Action,
        effect_id: str | None,
    ) -> None:
        now = self.clock.now()
        done = now if effect_id is None else None
        self.actions.begin(
            InstanceAction(
                self.ids.new(),
                server.id,
                request_id,
                action,
                caller.user_id,
                caller.project_id,
                effect_id,
                now,
                now,
                done,
                SUCCESS if done else None,
            )
        )

    def _keep(self, server: Server) -> None:
        self.servers.save(server, self.clock.now())
        self.feed.publish(Changed("server", server.id, server.version, server.project_id))
