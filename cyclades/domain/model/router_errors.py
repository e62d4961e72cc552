"""What can go wrong with routers and floating IPs, under the names that network clients know."""

from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound
from cyclades.domain.model.network_errors import Named


class BadRequest(Named, InvalidInput):
    """The request cannot be done to this router or floating IP."""


class InvalidRoutes(Named, InvalidInput):
    """A route leads nowhere, or to the router itself."""


class RoutesExhausted(Named, InvalidInput):
    """More routes than a router may have."""


class RouterInUse(Named, Conflict):
    """Interfaces are in the way of its end."""


class RouterInterfaceInUseByFloatingIP(Named, Conflict):
    """Floating IPs are reached through it."""


class RouterInterfaceInUseByRoute(Named, Conflict):
    """A route's next hop is behind it."""


class RouterExternalGatewayInUseByFloatingIp(Named, Conflict):
    """Floating IPs are reached through the gateway."""


class ServicePortInUse(Named, Conflict):
    """The port is a router's or a floating IP's own."""


class ExternalNetworkInUse(Named, Conflict):
    """Routers lead out on it, or floating IPs are from it."""


class GatewayIpInUse(Named, Conflict):
    """A router has the subnet's gateway address."""


class FloatingIPPortAlreadyAssociated(Named, Conflict):
    """The fixed address has a floating IP of this network already."""


class NotFoundAs(Named, NotFound):
    """Something that is looked for in another way than by its id."""

    def __init__(self, message: str) -> None:
        """Say all of it."""
        super().__init__("", "")
        self.args = (message,)


class RouterInterfaceNotFound(NotFoundAs):
    """The port is not an interface of the router."""


class RouterInterfaceNotFoundForSubnet(NotFoundAs):
    """The router has no interface on the subnet."""


class ExternalGatewayForFloatingIPNotFound(NotFoundAs):
    """No router leads from the fixed address to the floating one."""
