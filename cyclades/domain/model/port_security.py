"""What port security has to do with: without it a port is not protected, and says so."""

from typing import NamedTuple

from cyclades.domain.model.errors import Forbidden
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.network import Network
from cyclades.domain.model.network_errors import (
    AddressPairAndPortSecurityRequired,
    DuplicateAddressPairInRequest,
    PortSecurityPortHasFirewallProfile,
    PortSecurityPortHasSecurityGroup,
)
from cyclades.domain.model.port import AddressPair


class Protection(NamedTuple):
    """What a port is protected with, or is to be."""

    secure: bool
    security_groups: tuple[str, ...]
    pairs: tuple[AddressPair, ...]
    firewall_profile: str | None

    def check(self) -> None:
        """Raise a Conflict for what would mean nothing, InvalidInput for a pair said twice."""
        if len(set(self.pairs)) < len(self.pairs):
            raise DuplicateAddressPairInRequest(
                "Request contains duplicate address pair.", "allowed_address_pairs"
            )
        if self.secure:
            return
        if self.security_groups:
            raise PortSecurityPortHasSecurityGroup(
                "Port has security group associated. Cannot disable port security or "
                "IP address until security group is removed."
            )
        if self.pairs:
            raise AddressPairAndPortSecurityRequired(
                "Port Security must be enabled in order to have allowed address pairs on a port."
            )
        if self.firewall_profile is not None:
            raise PortSecurityPortHasFirewallProfile(
                "Port security must be enabled in order to have a firewall profile on a port."
            )


def require_trust(
    caller: Caller, network: Network, *, secure: bool | None, pairs: tuple[AddressPair, ...]
) -> None:
    """Raise Forbidden for who would use others' addresses on a network that is not theirs.

    `secure` and `pairs` are what was asked for; None and nothing are the network's own way.
    """
    if network.owned_by(caller):
        return
    if secure is False and network.port_security_enabled:
        raise Forbidden("(rule:create_port:port_security_enabled) is disallowed by policy")
    if pairs:
        raise Forbidden("(rule:create_port:allowed_address_pairs) is disallowed by policy")
