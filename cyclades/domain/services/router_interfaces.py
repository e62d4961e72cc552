"""Routers' interfaces: ports that have the gateway addresses of subnets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.network import Network
from cyclades.domain.model.port import ACTIVE, FixedIp, Port, WantedIp, WantedPort
from cyclades.domain.model.router import (
    INTERFACE_OWNER,
    Interface,
    Router,
    Touch,
    leads,
    require_apart,
    require_routable,
)
from cyclades.domain.model.router_errors import (
    BadRequest,
    RouterInterfaceInUseByFloatingIP,
    RouterInterfaceInUseByRoute,
    RouterInterfaceNotFound,
    RouterInterfaceNotFoundForSubnet,
)
from cyclades.domain.model.subnet import Subnet
from cyclades.domain.services.plugging import Plugging
from cyclades.domain.services.ports import in_use
from cyclades.ports.addresses import AddressRepository
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.floating_ips import FloatingIpRepository
from cyclades.ports.networks import NetworkRepository
from cyclades.ports.ports import PortRepository
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.routers import RouterRepository
from cyclades.ports.subnets import SubnetRepository

IPV6 = 6


@dataclass(frozen=True, slots=True)
class RouterInterfaces:
    """One interface a subnet; the IPv6 subnets of a network share one port."""

    routers: RouterRepository
    networks: NetworkRepository
    subnets: SubnetRepository
    ports: PortRepository
    addresses: AddressRepository
    floating_ips: FloatingIpRepository
    plugging: Plugging
    quota: QuotaLedger
    feed: Feed
    clock: Clock

    def add_subnet(self, caller: Caller, router_id: str, subnet_id: str) -> Interface:
        """Join a subnet. Raises NotFound, Forbidden, BadRequest, IpAddressAlreadyAllocated."""
        router = self._locked(caller, router_id)
        network = self.networks.hold(self.subnets.get(subnet_id).network_id)
        subnet = self.subnets.get(subnet_id)  # as it stays from now on
        network.require_seen(caller, "subnet", subnet_id)
        if not network.owned_by(caller):
            # Lest a guest of the network takes its gateway's address.
            raise BadRequest(
                f"Bad router request: Cannot add interface to router {router_id} because subnet "
                f"{subnet_id} is not owned by project making the request."
            )
        address = require_routable(subnet)
        require_apart(router.id, self.routers.touches(router.id), [subnet])
        shared = self._shared_port(router, subnet)
        if shared is None:
            port = self._make(network, router, subnet, address)
        else:
            self.addresses.claim(subnet, address, shared.id)
            fixed = (*shared.fixed_ips, FixedIp(subnet.id, address))
            port = self._saved(replace(shared, fixed_ips=fixed))
        router = self._touched(router)
        if shared is None:
            self.quota.charge(router.project_id, {"port": 1})
        return Interface(router, port.id, network.id, (subnet.id,))

    def add_port(self, caller: Caller, router_id: str, port_id: str) -> Interface:
        """Take a port of the caller's, with the addresses that it has. Raises PortInUse too."""
        router = self._locked(caller, router_id)
        port = self.ports.get(port_id)
        if not (caller.is_admin or port.project_id == caller.project_id):
            raise NotFound("port", port_id)
        if port.device_id:
            raise in_use(port)
        network = self.networks.get(port.network_id)
        if network.external and not network.owned_by(caller):
            # What comes out there has the router's own address, or floating ones; through an
            # interface it would have any that the project gives its servers.
            raise BadRequest(
                f"Bad router request: Network {network.id} leads outside; set it as the router's "
                "gateway."
            )
        held = [self.subnets.get(fixed.subnet_id) for fixed in port.fixed_ips]
        if not held:
            raise BadRequest("Bad router request: Router port must have at least one fixed IP.")
        if len([subnet for subnet in held if subnet.ip_version != IPV6]) > 1:
            raise BadRequest(
                "Bad router request: Cannot have multiple IPv4 subnets on router port."
            )
        require_apart(router.id, self.routers.touches(router.id), held)
        self._saved(replace(port, device_id=router.id, device_owner=INTERFACE_OWNER, status=ACTIVE))
        subnet_ids = tuple(dict.fromkeys(fixed.subnet_id for fixed in port.fixed_ips))
        return Interface(self._touched(router), port.id, port.network_id, subnet_ids)

    def remove(
        self, caller: Caller, router_id: str, subnet_id: str | None, port_id: str | None
    ) -> Interface:
        """Leave a subnet, or give up a port.

        Raises RouterInterfaceNotFound, RouterInterfaceNotFoundForSubnet, BadRequest,
        RouterInterfaceInUseByFloatingIP, RouterInterfaceInUseByRoute.
        """
        router = self._locked(caller, router_id)
        touches = self.routers.touches(router.id)
        mine = [touch for touch in touches if touch.owner == INTERFACE_OWNER]
        leaving = _meant(router, mine, subnet_id, port_id)
        self._require_idle(router, touches, leaving)
        port = self.ports.get(leaving[0].port_id)
        if {fixed.ip_address for fixed in port.fixed_ips} == {each.address for each in leaving}:
            self._unplug(port)
        else:
            gone = [each.address for each in leaving]
            self.addresses.give_back(port.id, gone)
            left = tuple(fixed for fixed in port.fixed_ips if fixed.ip_address not in gone)
            self._saved(replace(port, fixed_ips=left))
        subnet_ids = tuple(dict.fromkeys(each.subnet_id for each in leaving))
        return Interface(self._touched(router), port.id, port.network_id, subnet_ids)

    def _locked(self, caller: Caller, router_id: str) -> Router:
        router = self.routers.lock(router_id)
        router.require_owned(caller)
        return router

    def _shared_port(self, router: Router, subnet: Subnet) -> Port | None:
        if subnet.ip_version != IPV6:
            return None
        return next(
            (
                port
                for port in self.ports.of_device(router.id)
                if port.device_owner == INTERFACE_OWNER
                and port.network_id == subnet.network_id
                and all(":" in fixed.ip_address for fixed in port.fixed_ips)
            ),
            None,
        )

    def _make(self, network: Network, router: Router, subnet: Subnet, address: str) -> Port:
        wanted = WantedPort(
            network.id,
            fixed_ips=(WantedIp(subnet.id, address),),
            device_id=router.id,
            device_owner=INTERFACE_OWNER,
            port_security_enabled=False,
            keep=False,
            among=frozenset({subnet.id}),
        )
        port = self.plugging.make(network, router.project_id, wanted, ())
        return self._saved(replace(port, status=ACTIVE))

    def _require_idle(
        self, router: Router, touches: Sequence[Touch], leaving: Sequence[Touch]
    ) -> None:
        for touch in leaving:
            if self.floating_ips.through(router.id, touch.subnet_id):
                raise RouterInterfaceInUseByFloatingIP(
                    f"Router interface for subnet {touch.subnet_id} on router {router.id} cannot "
                    "be deleted, as it is required by one or more floating IPs."
                )
            left = [each for each in touches if each not in leaving]
            if any(not leads(route, left) for route in router.routes):
                raise RouterInterfaceInUseByRoute(
                    f"Router interface for subnet {touch.subnet_id} on router {router.id} cannot "
                    "be deleted, as it is required by one or more routes."
                )

    def _unplug(self, port: Port) -> None:
        self.ports.save(replace(port, version=port.version + 1))
        self.addresses.release([port.id])
        self.ports.remove([port.id])
        self._publish(replace(port, version=port.version + 1))
        self.quota.release(port.project_id, {"port": 1})

    def _saved(self, port: Port) -> Port:
        changed = replace(port, updated=self.clock.now(), version=port.version + 1)
        self.ports.save(changed)
        self._publish(changed)
        return changed

    def _touched(self, router: Router) -> Router:
        changed = replace(router, updated=self.clock.now(), version=router.version + 1)
        self.routers.save(changed)
        self.feed.publish(Changed("router", changed.id, changed.version, changed.project_id))
        return changed

    def _publish(self, port: Port) -> None:
        self.feed.publish(Changed("port", port.id, port.version, port.project_id))


def _meant(
    router: Router, mine: Sequence[Touch], subnet_id: str | None, port_id: str | None
) -> list[Touch]:
    """The addresses to give up. Raises NotFound's kinds, BadRequest."""
    if port_id is None:
        found = [touch for touch in mine if touch.subnet_id == subnet_id]
        if not found:
            raise RouterInterfaceNotFoundForSubnet(
                f"Router {router.id} has no interface on subnet {subnet_id}"
            )
        return found
    found = [touch for touch in mine if touch.port_id == port_id]
    if not found:
        raise RouterInterfaceNotFound(
            f"Router {router.id} does not have an interface with id {port_id}"
        )
    if subnet_id is not None and subnet_id not in {touch.subnet_id for touch in found}:
        raise BadRequest(f"Subnet {subnet_id} is not on the port {port_id} of router {router.id}.")
    return found
