"""Where ports are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.port import Port


class PortRepository(Protocol):
    """Ports by id, with their addresses and security groups."""

    def add(self, port: Port) -> None:
        """Keep it and its groups; addresses are claimed afterwards.

        Raises MacAddressInUse, or NotFound when the network or a group has gone: then the
        transaction is over.
        """
        ...

    def get(self, port_id: str) -> Port:
        """Raises NotFound."""
        ...

    def hold(self, port_id: str) -> Port:
        """The port, which nobody changes until the transaction ends. Raises NotFound."""
        ...

    def of_device(self, device_id: str) -> Sequence[Port]:
        """What is plugged into a device, in order."""
        ...

    def of_network(self, network_id: str) -> Sequence[Port]:
        """All on a network."""
        ...

    def save(self, port: Port) -> None:
        """Keep its new version and its groups.

        Raises StaleVersion when another was faster, MacAddressInUse.
        """
        ...

    def mark(self, device_id: str, status: str, now: datetime) -> Sequence[Port]:
        """Give a device's ports this status; those that had another, changed.

        What is being plugged in or unplugged says so until that has ended.
        """
        ...

    def remove(self, port_ids: Sequence[str]) -> None:
        """Forget them; their addresses are released before."""
        ...

    def list(self, listing: Listing) -> Sequence[Port]:
        """A page. Raises NotFound for a bad marker."""
        ...

    def free_mac(self, candidates: Sequence[str]) -> str:
        """The first that no port has; the last when all are taken."""
        ...
