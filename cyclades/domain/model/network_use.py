"""How many of a network's addresses are taken."""

from dataclasses import dataclass
from ipaddress import ip_address

from cyclades.domain.model.addresses import Pool


@dataclass(frozen=True, slots=True)
class SubnetUse:
    """`used`: addresses that ports hold, whether or not a pool has them."""

    id: str
    name: str
    cidr: str
    ip_version: int
    pools: tuple[Pool, ...]
    used: int

    @property
    def total(self) -> int:
        """The addresses of its pools."""
        return sum(
            int(ip_address(pool.end)) - int(ip_address(pool.start)) + 1 for pool in self.pools
        )


@dataclass(frozen=True, slots=True)
class NetworkUse:
    """A network and its subnets, oldest first."""

    id: str
    project_id: str
    name: str
    subnets: tuple[SubnetUse, ...]

    @property
    def total(self) -> int:
        """The addresses of all pools."""
        return sum(subnet.total for subnet in self.subnets)

    @property
    def used(self) -> int:
        """The addresses that ports hold."""
        return sum(subnet.used for subnet in self.subnets)
