"""Where subnets are kept."""

from collections.abc import Sequence
from typing import Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.subnet import Subnet


class SubnetRepository(Protocol):
    """Subnets by id; lists also show those of shared and external networks."""

    def add(self, subnet: Subnet) -> None:
        """Keep it. Raises NotFound when the network has gone."""
        ...

    def get(self, subnet_id: str) -> Subnet:
        """Raises NotFound."""
        ...

    def save(self, subnet: Subnet) -> None:
        """Keep its new version. Raises StaleVersion when another was faster."""
        ...

    def remove(self, subnet_id: str) -> None:
        """Forget it and its free addresses. Raises SubnetInUse while ports hold some."""
        ...

    def of_network(self, network_id: str) -> Sequence[Subnet]:
        """All of a network, oldest first."""
        ...

    def list(self, listing: Listing) -> Sequence[Subnet]:
        """A page. Raises NotFound for a bad marker."""
        ...
