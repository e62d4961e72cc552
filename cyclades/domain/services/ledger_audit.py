"""The audit of the database against itself: operations, addresses, usage."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cyclades.domain.model.deadlines import LOST
from cyclades.domain.model.divergence import Divergence, DivergenceKind
from cyclades.domain.model.events import Changed
from cyclades.domain.model.instance_action import ERROR
from cyclades.domain.services.server_ports import ServerPorts
from cyclades.domain.services.server_settlement import ServerSettlement
from cyclades.ports.audit import Audit, Drift, Leak, LostOperation, RouterTrouble
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.outbox import InFlight, Outbox
from cyclades.ports.servers import InstanceActions, ServerRepository

KINDS: Final = (
    DivergenceKind.STUCK_OPERATION,
    DivergenceKind.LEAKED_ADDRESS,
    DivergenceKind.QUOTA_DRIFT,
    DivergenceKind.ROUTER_TROUBLE,
)


@dataclass(frozen=True, slots=True)
class LedgerAudit:
    """Looks, and mends; in the caller's transaction."""

    audit: Audit
    outbox: Outbox
    servers: ServerRepository
    actions: InstanceActions
    settlement: ServerSettlement
    ports: ServerPorts
    feed: Feed
    clock: Clock

    def look(self) -> Sequence[Divergence]:
        """All there is."""
        return [
            *(overdue(effect) for effect in self.outbox.overdue()),
            *(lost(each) for each in self.audit.lost_operations()),
            *(leaked(each) for each in self.audit.leaks()),
            *(drifted(each) for each in self.audit.drifts()),
            *(troubled(each) for each in self.audit.troubled_routers()),
        ]

    def mend(self, found: Divergence) -> bool:
        """Whether anything changed; each is looked at again first."""
        repairs: Mapping[DivergenceKind, Callable[[str], bool]] = {
            DivergenceKind.STUCK_OPERATION: self._end,
            DivergenceKind.LEAKED_ADDRESS: self._release,
            DivergenceKind.QUOTA_DRIFT: self._recount,
        }
        return found.repairable and repairs[found.kind](found.object_id)

    def _end(self, server_id: str) -> bool:
        server = self.servers.by_id(server_id)
        if server_id not in {each.server_id for each in self.audit.lost_operations()}:
            return False
        now = self.clock.now()
        if server.effect_id is not None:
            self.actions.finish(server.effect_id, ERROR, LOST, now)
        server.lose(LOST, now)
        self.settlement.keep(server, server.usage)
        return True

    def _release(self, server_id: str) -> bool:
        server = self.servers.by_id(server_id)
        if not server.deleted:
            return False
        self.settlement.networks.leave(server.cluster_id, self.ports.release(server_id))
        self.settlement.guests.forget(server_id)
        return True

    def _recount(self, name: str) -> bool:
        project_id, _, resource = name.partition("/")
        if not self.audit.recount(project_id, resource):
            return False
        self.feed.publish(Changed("quota", project_id, 0, project_id))
        return True


def overdue(effect: InFlight) -> Divergence:
    """An effect past its deadline. Its cluster ends it, not we."""
    where = f"job {effect.job_id}" if effect.job_id else f"{effect.attempts} attempts"
    about = f"{effect.instance}, server {effect.server_id}" if effect.server_id else effect.network
    detail = (
        f"{effect.operation} of {about}, since "
        f"{effect.created:%Y-%m-%d %H:%M:%S}: {effect.state}, {where}"
    )
    detail += f", {effect.error}" if effect.error else ""
    return Divergence(
        DivergenceKind.STUCK_OPERATION,
        effect.cluster_id,
        effect.effect_id,
        detail,
        repairable=False,
    )


def lost(each: LostOperation) -> Divergence:
    """A server that waits for an operation which is not there."""
    task = each.task_state or "an operation"
    detail = f"is {each.vm_state} and waits for {task}, which nobody does"
    return Divergence(
        DivergenceKind.STUCK_OPERATION, each.cluster_id, each.server_id, detail, repairable=True
    )


def leaked(each: Leak) -> Divergence:
    """A server that is gone holds something."""
    held = ", ".join(each.addresses) or "no address"
    detail = f"the server is deleted and holds {each.ports} ports with {held}"
    return Divergence(DivergenceKind.LEAKED_ADDRESS, "", each.server_id, detail, repairable=True)


def drifted(each: Drift) -> Divergence:
    """The book is wrong."""
    name = f"{each.project_id}/{each.resource}"
    detail = f"is booked as {each.booked} and is {each.counted}"
    return Divergence(DivergenceKind.QUOTA_DRIFT, "", name, detail, repairable=True)


def troubled(each: RouterTrouble) -> Divergence:
    """A router that is not as it should be. Its host tries again, not we."""
    detail = f"on {each.gateway_host}: {each.trouble}"
    return Divergence(DivergenceKind.ROUTER_TROUBLE, "", each.router_id, detail, repairable=False)
