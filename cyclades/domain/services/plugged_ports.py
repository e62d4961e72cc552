"""Ports that change while they are plugged into servers: what their clusters have to know."""

from dataclasses import dataclass

from cyclades.domain.model.effects import Effect, ModifyNic
from cyclades.domain.model.events import Changed
from cyclades.domain.model.network_cluster import nic_address, pool_of
from cyclades.domain.model.port import Port, nic_name
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.network_clusters import NetworkClusterRepository
from cyclades.ports.outbox import Outbox
from cyclades.ports.servers import ServerRepository


@dataclass(frozen=True, slots=True)
class PluggedPorts:
    """Called inside the transaction that changes the port.

    A cluster keeps one address of an interface; what else a port has is between us and the
    nodes.
    """

    servers: ServerRepository
    networks: NetworkClusterRepository
    outbox: Outbox
    feed: Feed
    clock: Clock
    ids: Ids
    instance_prefix: str

    def readdressed(self, before: Port, after: Port) -> None:
        """It has other addresses."""
        server, now = self.servers.by_id(before.device_id), self.clock.now()
        pool = pool_of(self.networks.pools([after.network_id]).get(after.network_id))
        had, has = (
            nic_address([fixed.ip_address for fixed in port.fixed_ips], pool)
            for port in (before, after)
        )
        if had != has:
            name = nic_name(self.instance_prefix, after.id)
            self.outbox.put(
                Effect(
                    self.ids.new(),
                    server.cluster_id,
                    server.id,
                    server.generation,
                    f"req-{self.ids.new()}",
                    ModifyNic(server.instance, name, has, after.mac),
                    purpose="cleanup",
                ),
                now,
            )
        self.servers.save(server, now)
        self.feed.publish(Changed("server", server.id, server.version, server.project_id))
