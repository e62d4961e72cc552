"""What follows when a server has changed for good: ports, volumes, quota, feed."""

from dataclasses import dataclass

from cyclades.domain.model.events import Changed
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_states import VmState
from cyclades.domain.services.attached_volumes import AttachedVolumes
from cyclades.domain.services.cluster_networks import ClusterNetworks
from cyclades.domain.services.server_guests import ServerGuests
from cyclades.domain.services.server_ports import ServerPorts
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.servers import ServerRepository


@dataclass(frozen=True, slots=True)
class ServerSettlement:
    """Brings what hangs on a server in line with it."""

    servers: ServerRepository
    ports: ServerPorts
    networks: ClusterNetworks
    guests: ServerGuests
    volumes: AttachedVolumes
    quota: QuotaLedger
    feed: Feed
    clock: Clock

    def remove(self, server: Server) -> None:
        """The server is proven gone: free its addresses and what it was charged."""
        server.vm_state, server.task_state = VmState.DELETED, None
        server.effect_id = None
        server.terminated = self.clock.now()
        self.networks.leave(server.cluster_id, self.ports.release(server.id))
        self.guests.forget(server.id)
        self.quota.release(server.project_id, server.usage)
        self.volumes.leave(server)
        self._keep(server)

    def keep(self, server: Server, before: dict[str, int]) -> None:
        """The server lives on; `before` is what it was charged until now."""
        if server.deleted:
            self.remove(server)
            return
        grown = {
            name: server.usage[name] - before[name]
            for name in before
            if server.usage[name] != before[name]
        }
        if grown:  # an administrator resized it: the book follows, limits do not refuse facts
            self.quota.release(server.project_id, {name: -n for name, n in grown.items()})
        self.ports.mark(server.id, server.vm_state is VmState.ACTIVE)
        self._keep(server)

    def _keep(self, server: Server) -> None:
        self.servers.save(server, self.clock.now())
        self.feed.publish(Changed("server", server.id, server.version, server.project_id))
