"""Addresses and firewall profiles of servers, as compute's older actions name them."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyclades.domain.model.errors import AddressesExhausted, InvalidInput, NotFound
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.port import Port, WantedIp
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.services.ports import Ports
from cyclades.ports.ports import PortRepository
from cyclades.ports.servers import ServerRepository
from cyclades.ports.subnets import SubnetRepository


@dataclass(frozen=True, slots=True)
class ServerAddresses:
    """Each verb changes a port of the server's as its owner could."""

    servers: ServerRepository
    rows: PortRepository
    subnets: SubnetRepository
    ports: Ports

    def add(self, caller: Caller, server_id: str, network_id: str) -> None:
        """One address more on its first port on the network.

        Raises NotFound, InvalidInput when the server is not on the network, AddressesExhausted.
        """
        on_it = [p for p in self._ports(caller, server_id) if p.network_id == network_id]
        subnets = [s for s in self.subnets.of_network(network_id) if not s.automatic]
        if not on_it or not subnets:
            raise InvalidInput(
                f"Server {server_id} has no interface on network {network_id[:64]} that could "
                "have one more address.",
                "networkId",
            )
        had = [WantedIp(*fixed) for fixed in on_it[0].fixed_ips]
        for subnet in subnets:
            try:
                wanted = (*had, WantedIp(subnet.id))
                self.ports.update(caller, on_it[0].id, {"fixed_ips": wanted}, None)
            except AddressesExhausted:
                if subnet is subnets[-1]:
                    raise
            else:
                return

    def remove(self, caller: Caller, server_id: str, address: str) -> None:
        """This address less. Raises InvalidInput when no port of the server's has it."""
        for port in self._ports(caller, server_id):
            left = tuple(WantedIp(*ip) for ip in port.fixed_ips if ip.ip_address != address)
            if len(left) < len(port.fixed_ips):
                self.ports.update(caller, port.id, {"fixed_ips": left}, None)
                return
        raise InvalidInput(
            f"Instance {server_id} does not have fixed IP {address[:64]}.", "address"
        )

    def set_profile(self, caller: Caller, server_id: str, port_id: str, profile: str) -> None:
        """Another firewall profile for one of its interfaces. Raises NotFound, InvalidInput."""
        if port_id not in {port.id for port in self._ports(caller, server_id)}:
            raise NotFound("port", port_id)
        self.ports.update(caller, port_id, {"firewall_profile": profile}, None)

    def _ports(self, caller: Caller, server_id: str) -> Sequence[Port]:
        server = self.servers.get(reach_of(caller), server_id)
        return [port for port in self.rows.of_device(server.id) if port.on_server]
