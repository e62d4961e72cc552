"""Operations that have not ended in their time: what is done about them.

What surely never reached its cluster is given up. The rest may still happen: its user is
told and can go on, and it stays in flight, so that its end, however late, is taken over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cyclades.domain.model.deadlines import STILL_AWAITED, TOO_LATE, given_up, latest_starts
from cyclades.domain.model.instance_action import ERROR
from cyclades.domain.services.cluster_updates import ClusterUpdates
from cyclades.ports.clock import Clock
from cyclades.ports.outbox import InFlight, Outbox
from cyclades.ports.servers import InstanceActions, ServerRepository

BATCH = 100


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Looks at the clock and the database only: it works while clusters are dead."""

    servers: ServerRepository
    actions: InstanceActions
    outbox: Outbox
    updates: ClusterUpdates
    clock: Clock
    longest: int

    def late(self) -> Sequence[str]:
        """The ids of some effects that are past their deadline, oldest first."""
        return self.outbox.late(latest_starts(self.longest, self.clock.now()), BATCH)

    def resolve(self, effect_id: str) -> bool:
        """Give a late effect up, or tell its user; False when it has ended meanwhile."""
        effect = self.outbox.lock(effect_id)
        if effect is None or effect.overdue:
            return False
        if effect.unsent and given_up(effect.operation, effect.purpose, effect.task_id):
            self.updates.refuse(effect, TOO_LATE)
        else:
            self._tell(effect)
        return True

    def _tell(self, effect: InFlight) -> None:
        now = self.clock.now()
        self.outbox.mark_overdue(effect.effect_id)
        if effect.task_id:
            self.updates.disks.late(effect, STILL_AWAITED)
            return
        if not effect.server_id:
            return  # the effects of servers that wait for it have deadlines of their own
        self.actions.finish(effect.effect_id, ERROR, STILL_AWAITED, now)
        server = self.servers.by_id(effect.server_id)
        if server.deleted or effect.purpose == "cleanup":
            return
        server.overrun(effect.operation, effect.effect_id, STILL_AWAITED, now)
        self.updates.settlement.keep(server, server.usage)
