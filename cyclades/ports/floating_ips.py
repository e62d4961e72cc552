"""Where floating IPs are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from cyclades.domain.model.floating_ip import FloatingIp
from cyclades.domain.model.listing import Listing


class FloatingIpRepository(Protocol):
    """Floating IPs by id, with what there is to say of their ports."""

    def add(self, floating_ip: FloatingIp) -> None:
        """Keep it. Raises NotFound when the network has gone."""
        ...

    def get(self, floating_ip_id: str) -> FloatingIp:
        """Raises NotFound."""
        ...

    def lock(self, floating_ip_id: str) -> FloatingIp:
        """Get it for changing: others who do wait. Raises NotFound."""
        ...

    def at(self, network_id: str, address: str) -> FloatingIp | None:
        """The one with this address."""
        ...

    def save(self, floating_ip: FloatingIp) -> None:
        """Keep its new version.

        Raises StaleVersion when another was faster, or the port or the router has gone, and
        FloatingIPPortAlreadyAssociated when the fixed address has one of this network already.
        """
        ...

    def remove(self, floating_ip_id: str) -> None:
        """Forget it; its own port is removed besides."""
        ...

    def list(self, listing: Listing) -> Sequence[FloatingIp]:
        """A page. Raises NotFound for a bad marker."""
        ...

    def through(self, router_id: str, subnet_id: str | None = None) -> bool:
        """Whether the router translates any, or any of fixed addresses in this subnet."""
        ...

    def leave(
        self, port_ids: Sequence[str], now: datetime, kept: Sequence[str] | None = None
    ) -> Sequence[FloatingIp]:
        """Dissociate all that lead to these ports; they, changed.

        `kept`: the fixed addresses that stay; only what a router translates to others goes.
        """
        ...
