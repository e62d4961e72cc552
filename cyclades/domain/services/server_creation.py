"""Creating servers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from cyclades.domain.model.build import BuildOrders, server_orders
from cyclades.domain.model.effects import CreateInstance, Effect, GuestConfig, NicWanted
from cyclades.domain.model.errors import Conflict
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image_properties import guest_os
from cyclades.domain.model.instance_action import InstanceAction
from cyclades.domain.model.placement import GIB, Choice
from cyclades.domain.model.port import WantedInterface
from cyclades.domain.model.server import Server, tag_of
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.wanted_server import Promised, WantedServer, host_name
from cyclades.domain.services.block_devices import WantedDisks
from cyclades.domain.services.cluster_networks import ClusterNetworks
from cyclades.domain.services.placement import Placement, Round, reasons
from cyclades.domain.services.server_disks import MadeDisks, ServerDisks
from cyclades.domain.services.server_guests import ServerGuests
from cyclades.domain.services.server_networks import ServerNetworks
from cyclades.domain.services.server_ports import ServerPorts
from cyclades.domain.services.server_wishes import Ingredients, ServerWishes
from cyclades.ports.clock import Clock
from cyclades.ports.clusters import ClusterRepository
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.outbox import Outbox
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.servers import InstanceActions, ServerRepository


@dataclass(frozen=True, slots=True)
class ServerCreation:
    """Promise servers: understand the wish, wire, place, record, ask, charge."""

    servers: ServerRepository
    actions: InstanceActions
    wishes: ServerWishes
    clusters: ClusterRepository
    placement: Placement
    ports: ServerPorts
    wanted_networks: ServerNetworks
    networks: ClusterNetworks
    guests: ServerGuests
    quota: QuotaLedger
    outbox: Outbox
    feed: Feed
    clock: Clock
    ids: Ids
    disks: ServerDisks
    instance_prefix: str

    def create(self, caller: Caller, request_id: str, wanted: WantedServer) -> Promised:
        """Accept 1 to `max_count` servers. Raises InvalidInput, OverQuota, NoCapacity, Conflict."""
        known = self.wishes.understood(caller, wanted)
        count = self.wishes.affordable(caller, wanted, known.flavor)
        password = wanted.admin_password or self.ids.password()
        reservation = f"r-{self.ids.new().replace('-', '')[-8:]}"
        interfaces = self.wanted_networks.understood(caller, wanted.interfaces)
        round_ = self._begin(caller, interfaces, known.disks)
        servers: list[Server] = []
        made = 0
        for index in range(count):
            choice = self.placement.place(round_, known.flavor, wanted.zone)
            server = self._server(caller, wanted, known, index, count, choice)
            server.reservation_id = reservation
            wired = self.ports.wire(
                caller,
                server.id,
                server.availability_zone,
                interfaces,
                wanted.security_groups,
            )
            made += sum(port.made for port in wired)
            plugged = self.networks.plug(choice.cluster, wired, request_id)
            self.servers.add(server)
            disks = self.disks.make(caller, request_id, server, known.disks)
            effect = Effect(
                server.effect_id or "",
                server.cluster_id,
                server.id,
                server.generation,
                request_id,
                self._command(server, known, disks, plugged.nics),
                self._guest(server, wanted, known, password),
                waits_for=plugged.waits_for,
            )
            self._record(server, effect, caller)
            servers.append(server)
        self._take(servers, made)
        return Promised(servers, reservation, password)

    def _guest(
        self, server: Server, wanted: WantedServer, known: Ingredients, password: str
    ) -> GuestConfig:
        orders = None
        if known.image is not None:
            orders = server_orders(server.id, known.image, config_drive=server.config_drive)
        elif server.config_drive:
            orders = BuildOrders(config_drive=True, server_id=server.id)
        return self.guests.prepare(server, wanted, password, known.public_keys, orders)

    def _take(self, servers: Sequence[Server], ports: int) -> None:
        # Rows that everybody wants come last: they are locked until the commit.
        for cluster_id, count in Counter(server.cluster_id for server in servers).items():
            first = servers[0]
            self.clusters.reserve(cluster_id, count, first.ram, max(first.disk, 1) * GIB)
        total = {name: n * len(servers) for name, n in servers[0].usage.items()}
        self.quota.charge(servers[0].project_id, total | ({"port": ports} if ports else {}))

    def _server(
        self,
        caller: Caller,
        wanted: WantedServer,
        known: Ingredients,
        index: int,
        count: int,
        choice: Choice,
    ) -> Server:
        flavor, now = known.flavor, self.clock.now()
        server_id = self.ids.new()
        name = wanted.name if count == 1 else f"{wanted.name}-{index + 1}"
        return Server(
            id=server_id,
            project_id=caller.project_id or "",
            user_id=caller.user_id,
            name=name,
            cluster_id=choice.cluster.id,
            instance=f"{self.instance_prefix}{server_id}",
            availability_zone=choice.cluster.availability_zone,
            flavor_id=flavor.id,
            flavor=asdict(flavor),
            vcpus=flavor.vcpus,
            ram=flavor.ram,
            disk=flavor.disk if known.disks.local else 0,
            created=now,
            updated=now,
            description=wanted.description,
            hostname=wanted.hostname or host_name(name),
            launch_index=index,
            pinned_zone=wanted.zone,
            image_id=known.image.id if known.image and known.disks.local else None,
            key_name=wanted.key_name,
            metadata=dict(wanted.metadata),
            tags=tuple(sorted(set(wanted.tags))),
            security_groups=tuple(wanted.security_groups),
            config_drive=wanted.config_drive or guest_os(known.disks.properties).config_drive,
            disk_config=wanted.disk_config,
            disk_template=known.disks.template,
            access_ipv4=wanted.access_ipv4,
            access_ipv6=wanted.access_ipv6,
            effect_id=self.ids.new(),
            placement=reasons(choice),
        )

    def _begin(
        self, caller: Caller, interfaces: Sequence[WantedInterface], disks: WantedDisks
    ) -> Round:
        network_ids = self.wanted_networks.ids_of(caller, interfaces)
        try:
            return self.placement.begin(network_ids, disks.template, disks.clusters)
        except Conflict:
            # Where a network is that one may not see is as unknown as the network.
            self.wanted_networks.require_seen(caller, network_ids)
            raise

    def _command(
        self, server: Server, known: Ingredients, made: MadeDisks, nics: tuple[NicWanted, ...]
    ) -> CreateInstance:
        image = known.image
        return CreateInstance(
            instance=server.instance,
            vcpus=server.vcpus,
            memory_mib=server.ram,
            disk_template=server.disk_template,
            disks=made.disks,
            nics=nics,
            image_id=image.id if image else "",
            image_format=image.disk_format or "raw" if image else "",
            tags=(tag_of(server.id),),
            start=made.complete,
            install=image is not None or server.config_drive,
            hardware=known.hardware,
        )

    def _record(self, server: Server, effect: Effect, caller: Caller) -> None:
        now = server.created
        self.outbox.put(effect, now)
        self.actions.begin(
            InstanceAction(
                self.ids.new(),
                server.id,
                effect.request_id,
                Action.CREATE,
                caller.user_id,
                server.project_id,
                effect.id,
                now,
                now,
            )
        )
        self.feed.publish(Changed("server", server.id, server.version, server.project_id))
