"""The public network: everybody's way out, made on the first run."""

from dataclasses import dataclass

from cyclades.domain.model.identity import Caller
from cyclades.domain.model.network import Network, WantedNetwork
from cyclades.domain.model.subnet import WantedSubnet
from cyclades.domain.services.networks import Networks
from cyclades.domain.services.subnets import Subnets
from cyclades.ports.networks import NetworkRepository

NAME = "public"
SLAAC = "slaac"


@dataclass(frozen=True, slots=True)
class PublicNetwork:
    """IPv4 from a pool, IPv6 by SLAAC; an empty prefix means none."""

    repository: NetworkRepository
    networks: Networks
    subnets: Subnets
    ipv4: str
    ipv6: str

    def ensure(self, administrator: Caller) -> Network:
        """The public network; made, and the administrator's project's, unless there is one."""
        known = next(iter(self.repository.public()), None)
        if known is not None:
            return known
        network = self.networks.create(
            administrator,
            WantedNetwork(NAME, "Public network", external=True, shared=True, is_default=True),
        )
        if self.ipv4:
            self.subnets.create(
                administrator, WantedSubnet(network.id, self.ipv4, name=f"{NAME}-ipv4")
            )
        if self.ipv6:
            self.subnets.create(
                administrator,
                WantedSubnet(
                    network.id,
                    self.ipv6,
                    name=f"{NAME}-ipv6",
                    ipv6_ra_mode=SLAAC,
                    ipv6_address_mode=SLAAC,
                ),
            )
        return network
