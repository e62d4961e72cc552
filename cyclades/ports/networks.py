"""Where networks are kept, and which bridge, link or MAC prefix is whose."""

from collections.abc import Sequence
from typing import Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import Network


class NetworkRepository(Protocol):
    """Networks by id; lists also show shared and external ones."""

    def add(self, network: Network) -> None:
        """Keep it."""
        ...

    def get(self, network_id: str) -> Network:
        """Raises NotFound."""
        ...

    def hold(self, network_id: str) -> Network:
        """Get it; until the transaction ends nobody changes or removes it. Raises NotFound."""
        ...

    def lock(self, network_id: str) -> Network:
        """Get it for changing: nobody else holds or locks it. Raises NotFound."""
        ...

    def save(self, network: Network) -> None:
        """Keep its new version. Raises StaleVersion when another was faster."""
        ...

    def remove(self, network_id: str) -> None:
        """Forget it; what it is made of is free. Raises NetworkInUse while ports are on it."""
        ...

    def list(self, listing: Listing) -> Sequence[Network]:
        """A page. Raises NotFound for a bad marker."""
        ...

    def usable(self, project_id: str) -> Sequence[Network]:
        """The project's own that are up and have a subnet, oldest first."""
        ...

    def public(self) -> Sequence[Network]:
        """The external networks that everybody may plug into, the usual one first."""
        ...

    def claim_resource(self, pool: str, network_id: str, values: Sequence[str]) -> str | None:
        """A free value of these, now this network's; None when the pool has none."""
        ...
