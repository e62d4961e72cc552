"""What can go wrong with networks, under the names that network clients know."""

from cyclades.domain.model.errors import (
    AlreadyExists,
    Conflict,
    InvalidInput,
    PreconditionFailed,
)


class Named:
    """Clients look at the error's own name."""

    @property
    def neutron_type(self) -> str:
        """The name that goes into the answer."""
        return type(self).__name__


class NetworkInUse(Named, Conflict):
    """Ports are on it."""


class SubnetInUse(Named, Conflict):
    """Ports hold addresses of it."""


class SubnetFrozen(Named, Conflict):
    """Clusters that have its network cannot change it."""


class PortInUse(Named, Conflict):
    """Something is plugged into it."""


class GatewayConflictWithAllocationPools(Named, Conflict):
    """The gateway's address could be given to a port."""


class InvalidSharedSetting(Named, Conflict):
    """Other projects have ports on a network that was shared with them."""


class NoNetworkAvailable(Named, Conflict):
    """No link is left for one more private network."""


class IpAddressAlreadyAllocated(Named, AlreadyExists):
    """Another port holds the address."""


class MacAddressInUse(Named, AlreadyExists):
    """Another port on the network has it."""


class SecurityGroupInUse(Named, Conflict):
    """Ports or rules refer to it."""


class SecurityGroupRuleExists(Named, AlreadyExists):
    """The group has a rule that says the same."""


class SecurityGroupCannotRemoveDefault(Named, Conflict):
    """A project keeps its default group."""


class SecurityGroupDefaultAlreadyExists(Named, Conflict):
    """No other group may be called like the default one."""


class SecurityGroupCannotUpdateDefault(Named, Conflict):
    """Its name stays."""


class PortSecurityPortHasSecurityGroup(Named, Conflict):
    """Groups mean nothing on a port without port security."""


class PortSecurityPortHasFirewallProfile(Named, Conflict):
    """Profiles mean nothing on a port without port security."""


class AddressPairAndPortSecurityRequired(Named, Conflict):
    """Address pairs mean nothing on a port without port security."""


class DuplicateAddressPairInRequest(Named, InvalidInput):
    """One pair is said twice."""


class InvalidIpForNetwork(Named, InvalidInput):
    """No subnet of the network has the address."""


class InvalidIpForSubnet(Named, InvalidInput):
    """The subnet does not have the address."""


class RevisionNumberConstraintFailed(Named, PreconditionFailed):
    """The object is not at the revision that the client saw."""
