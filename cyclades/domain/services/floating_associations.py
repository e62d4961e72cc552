"""What floating IPs lead to: a port behind a router, or a port on their own network."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.addresses import parse_address
from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.events import Changed
from cyclades.domain.model.floating_ip import ACTIVE, DOWN, FloatingIp
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.network_errors import IpAddressAlreadyAllocated
from cyclades.domain.model.port import FixedIp, Port
from cyclades.domain.model.router_errors import BadRequest, ExternalGatewayForFloatingIPNotFound
from cyclades.domain.services.address_history import AddressHistory
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.floating_ips import FloatingIpRepository
from cyclades.ports.ports import PortRepository
from cyclades.ports.routers import RouterRepository


@dataclass(frozen=True, slots=True)
class FloatingAssociations:
    """A router translates the address, or (on the same network) the port itself has it."""

    floating_ips: FloatingIpRepository
    routers: RouterRepository
    ports: PortRepository
    history: AddressHistory
    feed: Feed
    clock: Clock

    def aim(
        self, caller: Caller, floating_ip: FloatingIp, port_id: str, fixed_ip: str | None
    ) -> FloatingIp:
        """The floating IP leading to the port, not saved yet.

        Raises NotFound, BadRequest, ExternalGatewayForFloatingIPNotFound.
        """
        # An address that it gave up meanwhile may be another port's next.
        port = self.ports.hold(port_id)
        if not (caller.is_admin or port.project_id == caller.project_id):
            raise NotFound("port", port_id)
        if port.serving:
            raise BadRequest(
                f"Bad floatingip request: Port {port_id} belongs to the network service."
            )
        wanted = None if fixed_ip is None else str(parse_address(fixed_ip, "fixed_ip_address"))
        if port.network_id == floating_ip.network_id:
            direct = FixedIp("", floating_ip.address)
            found = _chosen(port, wanted, (direct, *_ipv4(port))) if wanted else direct
            return _leading(floating_ip, port.id, found.ip_address, None)
        found = _chosen(port, wanted, _ipv4(port))
        router_id = self._router(floating_ip, port, found.subnet_id)
        return _leading(floating_ip, port.id, found.ip_address, router_id)

    def spare(self, project_id: str, network_id: str, address: str) -> FloatingIp | None:
        """The project's floating IP with this address; None: it has none.

        Raises IpAddressAlreadyAllocated when it leads somewhere already.
        """
        found = self.floating_ips.at(network_id, str(parse_address(address, "fixed_ip")))
        if found is None or found.project_id != project_id:
            return None
        if found.port_id is not None:
            raise IpAddressAlreadyAllocated(
                f"Floating IP address {found.address} is already associated with port "
                f"{found.port_id}."
            )
        return found

    def take(self, floating_ip: FloatingIp, port_id: str) -> FloatingIp:
        """Give a port of the floating IP's own network its address: no router between."""
        return self.save(_leading(floating_ip, port_id, floating_ip.address, None))

    def save(self, floating_ip: FloatingIp) -> FloatingIp:
        """Keep what was changed, and tell."""
        changed = replace(floating_ip, updated=self.clock.now(), version=floating_ip.version + 1)
        self.floating_ips.save(changed)
        self.history.move(changed.network_id, changed.address)
        self.publish(changed)
        return changed

    def leave(self, port_ids: Sequence[str]) -> None:
        """These ports go: whatever leads to them leads nowhere."""
        for changed in self.floating_ips.leave(port_ids, self.clock.now()):
            self.history.move(changed.network_id, changed.address)
            self.publish(changed)

    def follow(self, port: Port) -> None:
        """The port has other addresses now: what led to one that it has no more ends."""
        kept = [fixed.ip_address for fixed in port.fixed_ips]
        for changed in self.floating_ips.leave([port.id], self.clock.now(), kept):
            self.publish(changed)
        self.history.change([port.id])

    def publish(self, floating_ip: FloatingIp) -> None:
        """Tell the feed."""
        self.feed.publish(
            Changed("floating_ip", floating_ip.id, floating_ip.version, floating_ip.project_id)
        )

    def _router(self, floating_ip: FloatingIp, port: Port, subnet_id: str) -> str:
        found = self.routers.between(subnet_id, floating_ip.network_id)
        if found is None:
            raise ExternalGatewayForFloatingIPNotFound(
                f"External network {floating_ip.network_id} is not reachable from subnet "
                f"{subnet_id}.  Therefore, cannot associate Port {port.id} with a Floating IP."
            )
        self.routers.hold(found)
        if self.routers.between(subnet_id, floating_ip.network_id) != found:
            raise StaleVersion("A router was changed by somebody else; please try again.")
        return found


def nowhere(floating_ip: FloatingIp) -> FloatingIp:
    """The floating IP without a target, not saved yet."""
    return replace(floating_ip, port_id=None, fixed_ip=None, router_id=None, status=DOWN)


def _leading(
    floating_ip: FloatingIp, port_id: str, fixed_ip: str, router_id: str | None
) -> FloatingIp:
    return replace(
        floating_ip, port_id=port_id, fixed_ip=fixed_ip, router_id=router_id, status=ACTIVE
    )


def _ipv4(port: Port) -> tuple[FixedIp, ...]:
    return tuple(fixed for fixed in port.fixed_ips if ":" not in fixed.ip_address)


def _chosen(port: Port, wanted: str | None, held: Sequence[FixedIp]) -> FixedIp:
    """The fixed address that is meant. Raises BadRequest."""
    if wanted is not None:
        for fixed in held:
            if fixed.ip_address == wanted:
                return fixed
        raise BadRequest(f"Bad floatingip request: Port {port.id} does not have fixed ip {wanted}.")
    if not held:
        raise BadRequest(
            f"Bad floatingip request: Cannot add floating IP to port {port.id} that has no "
            "fixed IPv4 addresses."
        )
    if len(held) > 1:
        raise BadRequest(
            f"Bad floatingip request: Port {port.id} has multiple fixed IPv4 addresses.  Must "
            "provide a specific IPv4 address when assigning a floating IP."
        )
    return held[0]
