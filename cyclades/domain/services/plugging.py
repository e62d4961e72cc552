"""Making ports: a MAC address, a row, addresses. Users and servers get theirs the same way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.addresses import parse_address, parse_block, slaac_address
from cyclades.domain.model.errors import AddressesExhausted
from cyclades.domain.model.network import Network
from cyclades.domain.model.network_errors import InvalidIpForNetwork, InvalidIpForSubnet
from cyclades.domain.model.port import BUILD, DOWN, FixedIp, Port, WantedIp, WantedPort, in_order
from cyclades.domain.model.subnet import Subnet
from cyclades.ports.addresses import AddressRepository
from cyclades.ports.clock import Clock
from cyclades.ports.ids import Ids
from cyclades.ports.ports import PortRepository
from cyclades.ports.subnets import SubnetRepository

MAC_CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class Plugging:
    """The caller holds the network, so that its subnets stay what they are meanwhile."""

    ports: PortRepository
    subnets: SubnetRepository
    addresses: AddressRepository
    clock: Clock
    ids: Ids
    mac_prefix: str

    def make(
        self, network: Network, project_id: str, wanted: WantedPort, groups: Sequence[str]
    ) -> Port:
        """A port with its addresses."""
        now = self.clock.now()
        secure = wanted.port_security_enabled
        port = Port(
            self.ids.new(),
            project_id,
            network.id,
            wanted.name,
            wanted.description,
            wanted.mac or self._mac(network),
            wanted.admin_state_up,
            BUILD if wanted.effect_id else DOWN,
            wanted.device_id,
            wanted.device_owner,
            wanted.keep,
            network.port_security_enabled if secure is None else secure,
            wanted.allowed_address_pairs,
            wanted.extra_dhcp_opts,
            wanted.position,
            wanted.tag,
            wanted.tags,
            now,
            now,
            1,
            wanted.firewall_profile,
            wanted.dns_name,
            wanted.effect_id,
            security_groups=tuple(sorted(set(groups))),
        )
        self.ports.add(port)
        return replace(port, fixed_ips=self._give(network, port, wanted))

    def readdress(self, network: Network, port: Port, wanted: Sequence[WantedIp] | None) -> Port:
        """The port with these addresses (None: with its own, and those that SLAAC makes).

        What it has and keeps is not given back meanwhile.
        """
        subnets = self.subnets.of_network(network.id)
        if wanted is None:
            automatic = {subnet.id for subnet in subnets if subnet.automatic}
            wanted = [WantedIp(*ip) for ip in port.fixed_ips if ip.subnet_id not in automatic]
        asked = [_placed(network, subnets, item) for item in wanted]
        # Who names an address on a SLAAC subnet gets it besides the one that follows from
        # the MAC address; naming such a subnet alone says nothing new.
        places = {(s, address) for s, address in asked if address or not s.automatic}
        places |= {(s, slaac_address(s.cidr, port.mac)) for s in subnets if s.automatic}
        exact = {address for _, address in places}
        kept = [fixed for fixed in port.fixed_ips if fixed.ip_address in exact]
        self.addresses.give_back(
            port.id, [fixed.ip_address for fixed in port.fixed_ips if fixed not in kept]
        )
        have = {fixed.ip_address for fixed in kept}
        new = sorted(
            (place for place in places if place[1] not in have),
            key=lambda place: (place[1] or "~", place[0].id),
        )
        given = [self._claim(subnet, address, port) for subnet, address in new]
        return replace(port, fixed_ips=in_order((*kept, *given)))

    def _mac(self, network: Network) -> str:
        prefix = network.mac_prefix or self.mac_prefix
        return self.ports.free_mac([self.ids.mac(prefix) for _ in range(MAC_CANDIDATES)])

    def _give(self, network: Network, port: Port, wanted: WantedPort) -> tuple[FixedIp, ...]:
        subnets = self.subnets.of_network(network.id)
        given: list[FixedIp] = []
        if wanted.among is not None:
            subnets = [subnet for subnet in subnets if subnet.id in wanted.among]
        if wanted.fixed_ips is None:
            for version in sorted({subnet.ip_version for subnet in subnets}):
                of_version = [s for s in subnets if s.ip_version == version and not s.automatic]
                given += self._claim_one_of(of_version, port)
        else:
            # In one order for everybody: two who want the same two do not wait in a circle.
            asked = sorted(
                (_placed(network, subnets, item) for item in wanted.fixed_ips),
                key=lambda place: (place[1] or "~", place[0].id),
            )
            given += [self._claim(s, at, port) for s, at in asked if at or not s.automatic]
        held = {fixed.subnet_id for fixed in given}
        given += [
            self._claim(subnet, slaac_address(subnet.cidr, port.mac), port)
            for subnet in subnets
            if subnet.automatic and subnet.id not in held
        ]
        return in_order(tuple(given))

    def _claim_one_of(self, subnets: Sequence[Subnet], port: Port) -> list[FixedIp]:
        for at, subnet in enumerate(subnets):
            try:
                return [FixedIp(subnet.id, self.addresses.claim_any(subnet, port.id))]
            except AddressesExhausted:
                if at == len(subnets) - 1:
                    raise
        return []

    def _claim(self, subnet: Subnet, address: str | None, port: Port) -> FixedIp:
        if address is None:
            return FixedIp(subnet.id, self.addresses.claim_any(subnet, port.id))
        self.addresses.claim(subnet, address, port.id)
        return FixedIp(subnet.id, address)


def _placed(
    network: Network, subnets: Sequence[Subnet], wanted: WantedIp
) -> tuple[Subnet, str | None]:
    """The subnet that is meant, and the address if one is. Raises InvalidInput."""
    mine = [s for s in subnets if wanted.subnet_id in {None, s.id}]
    if not mine or (wanted.subnet_id is None and wanted.ip_address is None):
        raise InvalidIpForNetwork(
            "Failed to create port on network "
            f"{network.id}, because fixed_ips included invalid subnet {wanted.subnet_id}",
            "fixed_ips",
        )
    if wanted.ip_address is None:
        return mine[0], None
    address = parse_address(wanted.ip_address, "fixed_ips")
    for subnet in mine:
        block = parse_block(subnet.cidr, "cidr")
        ends = {block.network_address, block.broadcast_address} if block.version == 4 else set()  # noqa: PLR2004 - IPv4
        if address in block and (address not in ends or block.num_addresses <= 2):  # noqa: PLR2004 - a /31 has no ends to spare
            return subnet, str(address)
    if wanted.subnet_id is None:
        raise InvalidIpForNetwork(
            f"IP address {address} is not a valid IP for any of the subnets on the "
            "specified network.",
            "fixed_ips",
        )
    raise InvalidIpForSubnet(
        f"IP address {address} is not a valid IP for the specified subnet.", "fixed_ips"
    )
