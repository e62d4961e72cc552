"""What compute's older actions change of servers' interfaces, in one transaction."""

from functools import cached_property

from cyclades.bootstrap.compute import ComputeUnit
from cyclades.bootstrap.routing import RoutingUnit
from cyclades.domain.services.server_addresses import ServerAddresses
from cyclades.domain.services.server_floating_ips import ServerFloatingIps
from cyclades.domain.services.server_groups import ServerGroups


class InterfacesUnit(ComputeUnit, RoutingUnit):
    """What needs servers and the network service's verbs."""

    @cached_property
    def server_groups(self) -> ServerGroups:
        """The security groups of whole servers."""
        return ServerGroups(
            self.servers,
            self.port_rows,
            self.ports,
            self.security_groups,
            self.feed,
            self.app.clock,
        )

    @cached_property
    def server_addresses(self) -> ServerAddresses:
        """Addresses of servers."""
        return ServerAddresses(self.servers, self.port_rows, self.subnet_rows, self.ports)

    @cached_property
    def server_floating_ips(self) -> ServerFloatingIps:
        """Floating IPs of servers."""
        return ServerFloatingIps(self.servers, self.port_rows, self.floating_ips)
