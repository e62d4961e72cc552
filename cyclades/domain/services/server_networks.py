"""The networks of new servers: those that are asked for, the usual ones, and those of all."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from cyclades.domain.model.errors import Conflict, Forbidden, NoCapacity, NotFound
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.network import Network
from cyclades.domain.model.port import WantedInterface
from cyclades.ports.addresses import AddressRepository
from cyclades.ports.networks import NetworkRepository
from cyclades.ports.ports import PortRepository
from cyclades.ports.subnets import SubnetRepository

Wanted = Sequence[WantedInterface] | Literal["auto", "none"]
# Words of the settings, and of which version the network has to have addresses, in this order.
ANY_PUBLIC: Final[Mapping[str, tuple[int, ...]]] = {
    "SNF:ANY_PUBLIC_IPV4": (4,),
    "SNF:ANY_PUBLIC_IPV6": (6,),
    "SNF:ANY_PUBLIC": (4, 6),
}


@dataclass(frozen=True, slots=True)
class ServerNetworks:
    """`defaults` and `forced` are of the settings: each an id or a word, or some with | between.

    Of several the first that has room for one more is meant.
    """

    networks: NetworkRepository
    subnets: SubnetRepository
    addresses: AddressRepository
    ports: PortRepository
    defaults: tuple[str, ...]
    forced: tuple[str, ...]

    def understood(self, caller: Caller, wanted: Wanted) -> Sequence[WantedInterface]:
        """What the server is plugged into, forced networks first.

        Raises NoCapacity when there is none of those, Conflict when there is no other for it.
        """
        asked: Sequence[WantedInterface] = ()
        if wanted == "auto":
            asked = self.usual(caller, caller.project_id or "")
        elif not isinstance(wanted, str):
            asked = wanted
        return [*self._forced(), *asked]

    def usual(self, caller: Caller, project_id: str) -> Sequence[WantedInterface]:
        """Where servers go that name no network. Raises Conflict.

        The operator's choice, or else the project's only network, or else the public one.
        """
        if self.defaults:
            found = [self._first(item, caller) for item in self.defaults]
            if None in found:
                raise Conflict("No network is available that servers are on when they name none.")
            return [WantedInterface(network_id) for network_id in found]
        own = self.networks.usable(project_id)
        if len(own) == 1:
            return [WantedInterface(own[0].id)]
        public = self.networks.public()
        if not public:
            raise Conflict("There is no network that the server could be plugged into.")
        return [WantedInterface(public[0].id)]

    def ids_of(self, caller: Caller, items: Sequence[WantedInterface]) -> Collection[str]:
        """The networks that these are on. Raises NotFound for a port that is not the caller's."""
        return {item.network_id or self._network_of(caller, item.port_id or "") for item in items}

    def require_seen(self, caller: Caller, network_ids: Collection[str]) -> None:
        """Raise NotFound unless the caller may look at all these networks."""
        for network_id in network_ids:
            self.networks.get(network_id).require_seen(caller)

    def _network_of(self, caller: Caller, port_id: str) -> str:
        port = self.ports.get(port_id)
        if not (caller.is_admin or port.project_id == caller.project_id):
            raise NotFound("port", port_id)
        return port.network_id

    def _forced(self) -> Sequence[WantedInterface]:
        found = [self._first(item, None) for item in self.forced]
        if None in found:
            raise NoCapacity("No network is available of those that every server has to be on.")
        return [WantedInterface(network_id, forced=True) for network_id in found]

    def _first(self, item: str, caller: Caller | None) -> str | None:
        for word in item.split("|"):
            for network in self._meant(word.strip()):
                if pluggable(network, caller) and self._has_room(network):
                    return network.id
        return None

    def _meant(self, word: str) -> Iterator[Network]:
        if word not in ANY_PUBLIC:
            try:
                yield self.networks.get(word)
            except NotFound:
                return
            return
        public = self.networks.public()
        versions = {
            network.id: {subnet.ip_version for subnet in self.subnets.of_network(network.id)}
            for network in public
        }
        for version in ANY_PUBLIC[word]:
            # Whoever wants IPv6 alone gets no IPv4 with it.
            others = {4} if version != 4 else set()  # noqa: PLR2004 - IPv4
            for network in public:
                if version in versions[network.id] and not others & versions[network.id]:
                    yield network

    def _has_room(self, network: Network) -> bool:
        found = sorted(self.subnets.of_network(network.id), key=lambda each: each.ip_version)
        return all(
            any(self.addresses.has_room(subnet) for subnet in of_version)
            for _, of_version in groupby(found, key=lambda each: each.ip_version)
        )


def pluggable(network: Network, caller: Caller | None) -> bool:
    """Whether servers may be on it: the caller's, or (None) whoever's the operator wants."""
    if not network.admin_state_up:
        return False
    try:
        if caller is not None:
            network.require_pluggable(caller)
    except (NotFound, Forbidden):
        return False
    return True
