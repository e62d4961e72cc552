"""Gateway hosts, as operators see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyclades.domain.model.gateway_host import GatewayHost, lease_of
from cyclades.ports.clock import Clock
from cyclades.ports.leases import Leases
from cyclades.ports.routers import RouterRepository


@dataclass(frozen=True, slots=True)
class GatewayHosts:
    """Those of the settings, and those that still carry routers."""

    routers: RouterRepository
    leases: Leases
    clock: Clock
    hosts: tuple[str, ...]

    def list(self) -> Sequence[GatewayHost]:
        """By name."""
        loads = self.routers.loads()
        names = sorted({*self.hosts, *loads})
        held = self.leases.held([lease_of(name) for name in names], self.clock.now())
        return [GatewayHost(name, lease_of(name) in held, loads.get(name, 0)) for name in names]
