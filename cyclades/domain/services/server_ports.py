"""The interfaces of servers: made or taken with the server, given back with it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.floating_ip import FloatingIp
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.network import Network
from cyclades.domain.model.port import (
    ACTIVE,
    BUILD,
    COMPUTE_OWNER,
    DOWN,
    MOST_INTERFACES,
    Port,
    ServerPort,
    WantedInterface,
    WantedIp,
    WantedPort,
)
from cyclades.domain.services.address_history import AddressHistory
from cyclades.domain.services.floating_associations import FloatingAssociations
from cyclades.domain.services.plugging import Plugging
from cyclades.domain.services.ports import in_use, require_own
from cyclades.domain.services.security_groups import SecurityGroups
from cyclades.ports.addresses import AddressRepository
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.networks import NetworkRepository
from cyclades.ports.ports import PortRepository
from cyclades.ports.quota import QuotaLedger


@dataclass(frozen=True, slots=True)
class Place:
    """Where on which server, and whose the interface is.

    `effect_id` plugs it in (None: the server's creation).
    """

    server_id: str
    project_id: str
    zone: str
    position: int
    effect_id: str | None = None


@dataclass(frozen=True, slots=True)
class ServerPorts:
    """Called inside the transaction that makes or ends the server."""

    networks: NetworkRepository
    ports: PortRepository
    addresses: AddressRepository
    plugging: Plugging
    groups: SecurityGroups
    associations: FloatingAssociations
    history: AddressHistory
    quota: QuotaLedger
    feed: Feed
    clock: Clock

    def wire(
        self,
        caller: Caller,
        server_id: str,
        zone: str,
        items: Sequence[WantedInterface],
        security_groups: Sequence[str] = (),
    ) -> list[ServerPort]:
        """Plug the server in, in this order; the caller charges the ports that are made.

        Security groups are names or ids, none means the default one; ports that exist keep
        theirs. Raises NotFound, Forbidden, PortInUse, AddressesExhausted,
        IpAddressAlreadyAllocated, InvalidInput.
        """
        project_id = caller.project_id or ""
        if not items:
            return []
        require_room(len(items))
        groups = self.groups.chosen(project_id, security_groups)
        held: dict[str, Network] = {}
        plugged: list[ServerPort] = []
        for position, item in enumerate(items):
            place = Place(server_id, "" if item.forced else project_id, zone, position)
            plugged.append(self._plug(caller, held, place, item, groups))
        self.history.begin([port.port_id for port in plugged], caller)
        return plugged

    def plug(self, caller: Caller, place: Place, item: WantedInterface) -> ServerPort:
        """One interface more, after the others.

        Raises as `wire` does. The caller charges a port that is made.
        """
        there = self.ports.of_device(place.server_id)
        require_room(len(there) + 1)
        last = max((port.position for port in there), default=-1)
        groups = self.groups.chosen(place.project_id, ())
        plugged = self._plug(caller, {}, replace(place, position=last + 1), item, groups)
        self.history.begin([plugged.port_id])
        return plugged

    def release(self, server_id: str) -> Collection[str]:
        """Unplug the server: its own ports go, users' ports are free again. Idempotent.

        The networks that it was on: its cluster may not need them any more.
        """
        mine = [port for port in self.ports.of_device(server_id) if port.on_server]
        self.unplug(mine)
        return {port.network_id for port in mine}

    def unplug(self, mine: Sequence[Port]) -> None:
        """These ports are on no server any more."""
        gone = [port for port in mine if not port.keep]
        now = self.clock.now()
        self.history.end([port.id for port in mine])
        for port in mine:
            changed = replace(
                port,
                device_id="",
                device_owner="",
                status=DOWN,
                position=0,
                tag=None,
                effect_id=None,
                updated=now,
                version=port.version + 1,
            )
            if port.keep:
                self.ports.save(changed)
            self._publish(changed)
        if gone:
            ids = [port.id for port in gone]
            self.associations.leave(ids)
            self.addresses.release(ids)
            self.ports.remove(ids)
        for project_id, count in _by_project(gone).items():
            self.quota.release(project_id, {"port": count})

    def as_plugged(self, port: Port) -> ServerPort:
        """A port that is plugged in, as its cluster needs it."""
        return as_interface(self.networks.get(port.network_id), port)

    def mark(self, server_id: str, active: bool) -> None:  # noqa: FBT001 - a state, not a mode
        """Say whether the server's ports carry traffic."""
        for port in self.ports.mark(server_id, ACTIVE if active else DOWN, self.clock.now()):
            self._publish(port)

    def show(self, server_id: str, states: Callable[[Collection[str]], Mapping[str, str]]) -> bool:
        """Give the server's ports these statuses by their MACs; whether any changed.

        What is being plugged in or unplugged says so until that has ended.
        """
        there = self.ports.of_device(server_id)
        mine = [port for port in there if port.on_server and port.effect_id is None]
        wanted, changed = states([port.mac for port in mine]), False
        for port in mine:
            if port.status != wanted[port.mac]:
                shown = replace(
                    port,
                    status=wanted[port.mac],
                    updated=self.clock.now(),
                    version=port.version + 1,
                )
                self.ports.save(shown)
                self._publish(shown)
                changed = True
        return changed

    def _held(self, held: dict[str, Network], network_id: str) -> Network:
        if network_id not in held:
            held[network_id] = self.networks.hold(network_id)
        return held[network_id]

    @staticmethod
    def _named(item: WantedInterface) -> str:
        if item.network_id is None:
            raise InvalidInput("An interface names a network or a port.", "networks")
        return item.network_id

    def _plug(
        self,
        caller: Caller,
        held: dict[str, Network],
        place: Place,
        item: WantedInterface,
        groups: Sequence[str],
    ) -> ServerPort:
        if item.port_id is not None:
            port = self._take(caller, place, item)
            network = self._held(held, port.network_id)
        else:
            network = self._held(held, self._named(item))
            port = self._make(caller, network, place, item, groups)
        self._publish(port)
        return as_interface(network, port)

    def _make(
        self,
        caller: Caller,
        network: Network,
        place: Place,
        item: WantedInterface,
        groups: Sequence[str],
    ) -> Port:
        floating = self._floating(network, place, item)
        if floating is None and not item.forced:
            network.require_pluggable(caller)
        asked = WantedIp(ip_address=item.fixed_ip)
        fixed: tuple[WantedIp, ...] | None = (asked,) if item.fixed_ip else None
        if floating is None:
            require_own(caller, network, WantedPort(network.id, fixed_ips=fixed))
        else:
            fixed = ()  # the floating IP is its IPv4 address, and what SLAAC makes comes anyway
        wanted = WantedPort(
            network.id,
            fixed_ips=fixed,
            device_id=place.server_id,
            device_owner=f"{COMPUTE_OWNER}{place.zone}",
            keep=False,
            position=place.position,
            tag=item.tag,
            effect_id=place.effect_id,
        )
        own_groups = groups if network.port_security_enabled else ()
        port = self.plugging.make(network, place.project_id, wanted, own_groups)
        if floating is not None:
            self.associations.take(floating, port.id)
        return port

    def _floating(self, network: Network, place: Place, item: WantedInterface) -> FloatingIp | None:
        """The project's floating IP that is asked for by its address, if it is one."""
        if not (network.external and item.fixed_ip):
            return None
        return self.associations.spare(place.project_id, network.id, item.fixed_ip)

    def _take(self, caller: Caller, place: Place, item: WantedInterface) -> Port:
        port = self.ports.get(item.port_id or "")
        if not (caller.is_admin or port.project_id == caller.project_id):
            raise NotFound("port", port.id)
        if port.device_id:
            raise in_use(port)
        if item.fixed_ip and item.fixed_ip not in {ip.ip_address for ip in port.fixed_ips}:
            raise InvalidInput(
                f"Fixed IP address {item.fixed_ip[:64]} is not one of port {port.id}.", "networks"
            )
        changed = replace(
            port,
            device_id=place.server_id,
            device_owner=f"{COMPUTE_OWNER}{place.zone}",
            status=BUILD if place.effect_id else port.status,
            position=place.position,
            tag=item.tag,
            effect_id=place.effect_id,
            updated=self.clock.now(),
            version=port.version + 1,
        )
        self.ports.save(changed)
        return changed

    def _publish(self, port: Port) -> None:
        self.feed.publish(Changed("port", port.id, port.version, port.project_id))


def as_interface(network: Network, port: Port) -> ServerPort:
    """A port as clusters need it."""
    addresses = tuple(fixed.ip_address for fixed in port.fixed_ips)
    return ServerPort(
        port.id,
        network.id,
        port.mac,
        network.link,
        network.mode,
        addresses,
        made=not port.keep and bool(port.project_id),
    )


def require_room(count: int) -> None:
    """Raise InvalidInput for more interfaces than an instance can have."""
    if count > MOST_INTERFACES:
        raise InvalidInput(f"A server has at most {MOST_INTERFACES} interfaces.", "networks")


def _by_project(ports: Sequence[Port]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for port in ports:
        if port.project_id:  # what the operator wanted costs nobody anything
            counts[port.project_id] = counts.get(port.project_id, 0) + 1
    return counts
