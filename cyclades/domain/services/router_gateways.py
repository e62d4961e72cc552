"""Routers' ways out: a port on an external network that nobody but the router has."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.network import Network
from cyclades.domain.model.port import FixedIp, Port, WantedIp, WantedPort
from cyclades.domain.model.router import GATEWAY_OWNER, Router, WantedGateway, require_apart
from cyclades.domain.model.router_errors import BadRequest, RouterExternalGatewayInUseByFloatingIp
from cyclades.domain.services.plugging import Plugging
from cyclades.ports.addresses import AddressRepository
from cyclades.ports.feed import Feed
from cyclades.ports.floating_ips import FloatingIpRepository
from cyclades.ports.networks import NetworkRepository
from cyclades.ports.ports import PortRepository
from cyclades.ports.routers import RouterRepository
from cyclades.ports.subnets import SubnetRepository


@dataclass(frozen=True, slots=True)
class RouterGateways:
    """The caller has locked the router, and saves it afterwards."""

    routers: RouterRepository
    networks: NetworkRepository
    subnets: SubnetRepository
    ports: PortRepository
    addresses: AddressRepository
    floating_ips: FloatingIpRepository
    plugging: Plugging
    feed: Feed

    def hold(self, caller: Caller, wanted: WantedGateway) -> Network:
        """The external network. Raises NotFound, Forbidden, BadRequest."""
        wanted.require_allowed(caller)
        network = self.networks.hold(wanted.network_id)
        network.require_seen(caller)
        if not network.external:
            raise BadRequest(
                f"Bad router request: Network {network.id} is not an external network."
            )
        return network

    def open(self, router: Router, network: Network, wanted: WantedGateway) -> Router:
        """The router with its way out, whatever it was before; other addresses if some are named.

        Raises RouterExternalGatewayInUseByFloatingIp, AddressesExhausted,
        IpAddressAlreadyAllocated, BadRequest.
        """
        snat = True if wanted.enable_snat is None else wanted.enable_snat
        if router.external_network_id == network.id and _same(router.gateway, wanted.fixed_ips):
            return replace(router, enable_snat=snat)
        if router.external_network_id != network.id:
            router = self.close(router)
        else:
            self._unplug(router)
        port = self.plugging.make(
            network,
            "",
            WantedPort(
                network.id,
                fixed_ips=wanted.fixed_ips,
                device_id=router.id,
                device_owner=GATEWAY_OWNER,
                port_security_enabled=False,
            ),
            (),
        )
        self._check(router, port)
        self._publish(port)
        return replace(
            router, external_network_id=network.id, enable_snat=snat, gateway=port.fixed_ips
        )

    def close(self, router: Router) -> Router:
        """The router without a way out. Raises RouterExternalGatewayInUseByFloatingIp."""
        if router.external_network_id is None:
            return router
        if self.floating_ips.through(router.id):
            raise RouterExternalGatewayInUseByFloatingIp(
                f"Gateway cannot be updated for router {router.id}, since a gateway to external "
                f"network {router.external_network_id} is required by one or more floating IPs."
            )
        self._unplug(router)
        return replace(router, external_network_id=None, enable_snat=True, gateway=())

    def _unplug(self, router: Router) -> None:
        gone = [p for p in self.ports.of_device(router.id) if p.device_owner == GATEWAY_OWNER]
        ids = [port.id for port in gone]
        self.addresses.release(ids)
        self.ports.remove(ids)
        for port in gone:
            self._publish(replace(port, version=port.version + 1))

    def _check(self, router: Router, port: Port) -> None:
        if not port.fixed_ips:
            raise BadRequest(
                f"Bad router request: No addresses could be had on network {port.network_id}."
            )
        held = {fixed.subnet_id for fixed in port.fixed_ips}
        others = [t for t in self.routers.touches(router.id) if t.owner != GATEWAY_OWNER]
        mine = [s for s in self.subnets.of_network(port.network_id) if s.id in held]
        require_apart(router.id, others, mine)

    def _publish(self, port: Port) -> None:
        self.feed.publish(Changed("port", port.id, port.version, port.project_id))


def _same(held: Sequence[FixedIp], wanted: Sequence[WantedIp] | None) -> bool:
    """Whether the router has what is wanted; nothing named means what it has."""
    if not wanted:
        return True
    fits = [
        any(
            item.subnet_id in {None, fixed.subnet_id}
            and item.ip_address in {None, fixed.ip_address}
            for fixed in held
        )
        for item in wanted
    ]
    return all(fits) and len(wanted) == len(held)
