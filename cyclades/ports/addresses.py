"""Which port holds which address: of several who want one, one gets it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from cyclades.domain.model.subnet import Subnet


class AddressRepository(Protocol):
    """Claims last as long as the transaction does, and for good once it is committed."""

    def claim_any(self, subnet: Subnet, port_id: str) -> str:
        """The lowest free address of the pools. Raises AddressesExhausted."""
        ...

    def has_room(self, subnet: Subnet) -> bool:
        """Whether somebody who wanted any address would get one at this moment."""
        ...

    def claim(self, subnet: Subnet, address: str, port_id: str) -> None:
        """This very address. Raises IpAddressAlreadyAllocated."""
        ...

    def claim_each(self, subnet: Subnet, wanted: Mapping[str, str]) -> int:
        """Addresses by port id, but for those that are taken; how many these ports got."""
        ...

    def release(self, port_ids: Sequence[str]) -> None:
        """All that these ports hold."""
        ...

    def give_back(self, port_id: str, given: Sequence[str]) -> None:
        """Some that this port holds."""
        ...

    def forget(self, subnet_id: str) -> None:
        """Take the subnet's addresses from all ports that hold them."""
        ...

    def refit(self, subnet: Subnet) -> None:
        """The pools have changed: what is free from now on."""
        ...
