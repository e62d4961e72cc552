"""Plugging interfaces into servers that exist, and unplugging them."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from cyclades.domain.model.effects import AttachNic, Command, DetachNic, Effect
from cyclades.domain.model.errors import Conflict, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.instance_action import InstanceAction
from cyclades.domain.model.port import DOWN, Port, WantedInterface, nic_name
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.services.cluster_networks import ClusterNetworks
from cyclades.domain.services.network_reach import NetworkReach
from cyclades.domain.services.server_networks import ServerNetworks
from cyclades.domain.services.server_ports import Place, ServerPorts
from cyclades.ports.clock import Clock
from cyclades.ports.clusters import ClusterRepository
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.outbox import Outbox
from cyclades.ports.ports import PortRepository
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.servers import InstanceActions, ServerRepository


@dataclass(frozen=True, slots=True)
class ServerInterfaces:
    """Each verb answers at once; the update path tells how it went.

    What a server does stays as it is meanwhile, so several may be under way.
    """

    servers: ServerRepository
    actions: InstanceActions
    outbox: Outbox
    rows: PortRepository
    ports: ServerPorts
    wanted_networks: ServerNetworks
    reach: NetworkReach
    networks: ClusterNetworks
    clusters: ClusterRepository
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids
    instance_prefix: str

    def attach(
        self, caller: Caller, request_id: str, server_id: str, wanted: WantedInterface
    ) -> str:
        """Plug in one more; the port's id. One that names nothing goes where new servers go.

        Raises NotFound, Conflict, PortInUse, AddressesExhausted, OverQuota, InvalidInput.
        """
        server = self.servers.get(reach_of(caller), server_id)
        server.admit(Action.ATTACH_INTERFACE, caller)
        effect_id = self.ids.new()
        place = Place(server.id, server.project_id, server.availability_zone, 0, effect_id)
        if wanted.network_id is None and wanted.port_id is None:
            usual = self.wanted_networks.usual(caller, server.project_id)
            wanted = replace(wanted, network_id=usual[0].network_id)
        self._admit(caller, server, wanted)
        plugged = self.ports.plug(caller, place, wanted)
        there = self.networks.plug(self.clusters.get(server.cluster_id), [plugged], request_id)
        command = AttachNic(server.instance, there.nics[0])
        self._ask(
            caller,
            request_id,
            server,
            Action.ATTACH_INTERFACE,
            effect_id,
            command,
            there.waits_for,
        )
        if plugged.made:
            self.quota.charge(server.project_id, {"port": 1})
        return plugged.port_id

    def detach(self, caller: Caller, request_id: str, server_id: str, port_id: str) -> None:
        """Unplug it; its addresses are free once the cluster has done so.

        One that is on its way out already stays so. Raises NotFound, Conflict.
        """
        server = self.servers.get(reach_of(caller), server_id)
        port = self._plugged(server, port_id)
        server.admit(Action.DETACH_INTERFACE, caller)
        if port.leaving:
            return
        if not (port.project_id or caller.is_admin):
            raise Conflict("The operator wants every server on this network.")
        effect_id, now = self.ids.new(), self.clock.now()
        leaving = replace(
            port, effect_id=effect_id, status=DOWN, updated=now, version=port.version + 1
        )
        self.rows.save(leaving)
        self.feed.publish(Changed("port", leaving.id, leaving.version, leaving.project_id))
        command = DetachNic(server.instance, nic_name(self.instance_prefix, port.id), port.mac)
        self._ask(caller, request_id, server, Action.DETACH_INTERFACE, effect_id, command)

    def plug_again(self, server: Server, there: Collection[str]) -> bool:
        """Ask the cluster for what it lacks; `there`: the MAC addresses that it has.

        Nothing comes of it but the interface: the next audit shows it.
        """
        lacking = [
            port
            for port in self.rows.of_device(server.id)
            if port.on_server and port.effect_id is None and port.mac not in there
        ]
        cluster, request_id = self.clusters.get(server.cluster_id), f"req-{self.ids.new()}"
        for port in lacking:
            plugged = self.networks.plug(cluster, [self.ports.as_plugged(port)], request_id)
            effect = Effect(
                self.ids.new(),
                server.cluster_id,
                server.id,
                server.generation,
                request_id,
                AttachNic(server.instance, plugged.nics[0]),
                purpose="cleanup",
                waits_for=plugged.waits_for,
            )
            self.outbox.put(effect, self.clock.now())
        return bool(lacking)

    def _admit(self, caller: Caller, server: Server, wanted: WantedInterface) -> None:
        network_ids = self.wanted_networks.ids_of(caller, [wanted])
        self.wanted_networks.require_seen(caller, network_ids)
        self.reach.admit(network_ids, server.cluster_id)

    def _plugged(self, server: Server, port_id: str) -> Port:
        for port in self.rows.of_device(server.id):
            if port.id == port_id and port.on_server:
                return port
        raise NotFound("port", port_id)

    def _ask(
        self,
        caller: Caller,
        request_id: str,
        server: Server,
        action: Action,
        effect_id: str,
        command: Command,
        waits_for: str | None = None,
    ) -> None:
        now = self.clock.now()
        self.outbox.put(
            Effect(
                effect_id,
                server.cluster_id,
                server.id,
                server.generation,
                request_id,
                command,
                waits_for=waits_for,
            ),
            now,
        )
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
            )
        )
        # The server shows other addresses: it is another version of itself.
        self.servers.save(server, now)
        self.feed.publish(Changed("server", server.id, server.version, server.project_id))
