"""Floating IPs of servers, as compute's older actions name them: by their address."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound
from cyclades.domain.model.floating_ip import FloatingIp
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.port import Port
from cyclades.domain.model.router_errors import (
    ExternalGatewayForFloatingIPNotFound,
    FloatingIPPortAlreadyAssociated,
)
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.services.floating_ips import FloatingIps
from cyclades.ports.ports import PortRepository
from cyclades.ports.servers import ServerRepository


@dataclass(frozen=True, slots=True)
class ServerFloatingIps:
    """Which port is meant follows from what the floating IP can lead to."""

    servers: ServerRepository
    rows: PortRepository
    floating_ips: FloatingIps

    def add(self, caller: Caller, server_id: str, address: str, fixed_ip: str | None) -> None:
        """Let it lead to the server, wherever it leads now.

        Raises NotFound, InvalidInput when no port of the server's can be reached.
        """
        floating_ip = self._named(caller, address)
        trouble = "No fixed IPs associated to instance"
        for port, fixed in _targets(self._ports(caller, server_id), floating_ip, fixed_ip):
            target = {"port_id": port.id, "fixed_ip": fixed}
            if fixed is None and self._others(caller, floating_ip, port):
                trouble = f"Port {port.id} has a floating IP already."
                continue
            try:
                self.floating_ips.update(caller, floating_ip.id, target, None)
            except (ExternalGatewayForFloatingIPNotFound, FloatingIPPortAlreadyAssociated) as error:
                trouble = str(error)
            else:
                return
        raise InvalidInput(trouble, "address")

    def remove(self, caller: Caller, server_id: str, address: str) -> None:
        """Let it lead nowhere. Raises NotFound, Conflict when it does not lead to the server."""
        floating_ip = self._named(caller, address)
        if floating_ip.port_id not in {port.id for port in self._ports(caller, server_id)}:
            raise Conflict(
                f"Floating IP {floating_ip.address} is not associated with instance {server_id}."
            )
        self.floating_ips.update(caller, floating_ip.id, {"port_id": None}, None)

    def _others(self, caller: Caller, floating_ip: FloatingIp, port: Port) -> bool:
        found = self.floating_ips.page(Listing(reach_of(caller), {"port_id": (port.id,)}))
        return any(each.id != floating_ip.id for each in found)

    def _named(self, caller: Caller, address: str) -> FloatingIp:
        listing = Listing(reach_of(caller), {"floating_ip_address": (address,)})
        found = self.floating_ips.page(listing)
        if not found:
            raise NotFound("floating IP", address)
        return found[0]

    def _ports(self, caller: Caller, server_id: str) -> Sequence[Port]:
        server = self.servers.get(reach_of(caller), server_id)
        return [port for port in self.rows.of_device(server.id) if port.on_server]


def _targets(
    ports: Sequence[Port], floating_ip: FloatingIp, fixed_ip: str | None
) -> list[tuple[Port, str | None]]:
    """Ports that it may lead to, the likely ones first: with it on one network, it is theirs."""
    near = [port for port in ports if port.network_id == floating_ip.network_id]
    far = [port for port in ports if port.network_id != floating_ip.network_id]
    addresses = [
        (port, fixed.ip_address)
        for port in (*near, *far)
        for fixed in port.fixed_ips
        if ":" not in fixed.ip_address
    ]
    if fixed_ip is not None:
        return [(port, address) for port, address in addresses if address == fixed_ip]
    return [*((port, None) for port in near), *((p, a) for p, a in addresses if p in far)]
