"""What can be wrong with a security group's rule, under the names that network clients know."""

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.network_errors import Named


class SecurityGroupRuleInvalidEtherType(Named, InvalidInput):
    """It is neither IPv4 nor IPv6."""


class SecurityGroupRuleInvalidProtocol(Named, InvalidInput):
    """No protocol has the name or number."""


class SecurityGroupEthertypeConflictWithProtocol(Named, InvalidInput):
    """Only IPv6 has the protocol."""


class SecurityGroupRuleParameterConflict(Named, InvalidInput):
    """The prefix is of the other version of IP."""


class SecurityGroupRemoteGroupAndRemoteIpPrefix(Named, InvalidInput):
    """Only one of them can be the other side."""


class SecurityGroupProtocolRequiredWithPorts(Named, InvalidInput):
    """Ports mean nothing without a protocol."""


class SecurityGroupInvalidProtocolForPort(Named, InvalidInput):
    """The protocol has no ports."""


class SecurityGroupInvalidPortValue(Named, InvalidInput):
    """No port has the number."""


class SecurityGroupInvalidPortRange(Named, InvalidInput):
    """The first port comes after the last, or only one is given."""


class SecurityGroupMissingIcmpType(Named, InvalidInput):
    """A code means nothing without a type."""


class SecurityGroupInvalidIcmpValue(Named, InvalidInput):
    """Types and codes are octets."""
