"""Subnets: create, look at, change, delete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cyclades.domain.model.addresses import (
    Block,
    check_pools,
    default_pools,
    first_host,
    parse_address,
    parse_block,
    slaac_address,
)
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import Network
from cyclades.domain.model.network_errors import SubnetFrozen
from cyclades.domain.model.revision import require_revision
from cyclades.domain.model.router_errors import GatewayIpInUse
from cyclades.domain.model.sharing import project_for
from cyclades.domain.model.subnet import UNSAID, Subnet, WantedSubnet
from cyclades.domain.model.subnet_rules import (
    canonical_routes,
    canonical_servers,
    check_gateway,
    check_modes,
    check_source,
    refuse_silence,
)
from cyclades.domain.model.subnetpool import NetworkSubnetPoolAffinityError
from cyclades.domain.services.address_history import AddressHistory
from cyclades.domain.services.cluster_networks import ClusterNetworks
from cyclades.domain.services.subnetpools import SubnetPools
from cyclades.ports.addresses import AddressRepository
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.networks import NetworkRepository
from cyclades.ports.ports import PortRepository
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.subnets import SubnetRepository

IPV4 = 4


@dataclass(frozen=True, slots=True)
class Subnets:
    """Subnets belong to their network: who may change one may change the other."""

    networks: NetworkRepository
    subnets: SubnetRepository
    addresses: AddressRepository
    ports: PortRepository
    pools: SubnetPools
    history: AddressHistory
    clusters: ClusterNetworks
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids

    def create(self, caller: Caller, wanted: WantedSubnet) -> Subnet:
        """Make it. Raises InvalidInput for what cannot be, OverQuota."""
        project_id = project_for(caller, wanted.project_id, "create_subnet:tenant_id")
        network = self.networks.lock(wanted.network_id)
        network.require_owned(caller, "rule:create_subnet")
        block, pool_id = self._block(caller, project_id, wanted)
        self._require_apart(network, block, pool_id)
        if block.version == IPV4 and self._first(network) is None:
            self._require_soft(network)
        subnet = replace(self._made(wanted, network, block, project_id), subnetpool_id=pool_id)
        self.subnets.add(subnet)
        if subnet.automatic:
            on_it = self.ports.of_network(network.id)
            macs = {port.id: port.mac for port in on_it if not port.serving}
            wanted_by = {each: slaac_address(subnet.cidr, mac) for each, mac in macs.items()}
            self.addresses.claim_each(subnet, wanted_by)
            self.history.change(list(macs))
        self._publish(subnet, network)
        self.quota.charge(project_id, {"subnet": 1})
        return subnet

    def show(self, caller: Caller, subnet_id: str) -> Subnet:
        """One subnet that the caller may see. Raises NotFound."""
        subnet = self.subnets.get(subnet_id)
        if subnet.project_id != caller.project_id:
            self.networks.get(subnet.network_id).require_seen(caller, "subnet", subnet_id)
        return subnet

    def page(self, listing: Listing) -> Sequence[Subnet]:
        """A page of a list."""
        return self.subnets.list(listing)

    def update(
        self, caller: Caller, subnet_id: str, changes: Mapping[str, Any], revision: int | None
    ) -> Subnet:
        """Change some attributes."""
        network, subnet = self._owned(caller, subnet_id, "rule:update_subnet")
        require_revision(subnet.version, revision)
        changed = _canonical(replace(subnet, **changes))
        if not changed.enable_dhcp and (changed.ipv6_ra_mode or changed.ipv6_address_mode):
            refuse_silence()
        if changed.gateway_ip != subnet.gateway_ip and (holder := self._router_port(subnet)):
            raise GatewayIpInUse(
                f"Current gateway ip {subnet.gateway_ip} already in use by port {holder}. "
                "Unable to update."
            )
        changed = replace(changed, updated=self.clock.now(), version=subnet.version + 1)
        self.subnets.save(changed)
        if changed.pools != subnet.pools:
            self.addresses.refit(changed)
        self._publish(changed, network)
        return changed

    def delete(self, caller: Caller, subnet_id: str, revision: int | None) -> None:
        """Forget it. Raises SubnetInUse while ports hold addresses that it gave them."""
        network, subnet = self._owned(caller, subnet_id, "rule:delete_subnet")
        require_revision(subnet.version, revision)
        if subnet.automatic and not self._router_port(subnet):
            self.addresses.forget(subnet_id)
            self.history.change([port.id for port in self.ports.of_network(network.id)])
        is_first = self._first(network) == subnet
        self.subnets.remove(subnet_id)
        if is_first:
            self._require_soft(network)
        self._publish(replace(subnet, version=subnet.version + 1), network)
        self.quota.release(subnet.project_id, {"subnet": 1})

    def _owned(self, caller: Caller, subnet_id: str, rule: str) -> tuple[Network, Subnet]:
        subnet = self.subnets.get(subnet_id)
        network = self.networks.lock(subnet.network_id)
        network.require_seen(caller, "subnet", subnet_id)
        network.require_owned(caller, rule)
        return network, subnet

    def _router_port(self, subnet: Subnet) -> str | None:
        """The port with which a router is the subnet's gateway."""
        for port in self.ports.of_network(subnet.network_id):
            if port.serving and subnet.gateway_ip in {ip.ip_address for ip in port.fixed_ips}:
                return port.id
        return None

    def _block(
        self, caller: Caller, project_id: str, wanted: WantedSubnet
    ) -> tuple[Block, str | None]:
        """The prefix, and the pool that it is cut from."""
        check_source(wanted)
        pool_id = wanted.subnetpool_id
        if wanted.use_default_subnetpool:
            pool_id = self.pools.default(wanted.ip_version or IPV4)
        if pool_id is None:
            return parse_block(wanted.cidr or "", "cidr"), None
        certain = wanted.prefixlen if wanted.cidr is None else wanted.cidr
        return self.pools.cut(caller, project_id, pool_id, wanted.ip_version, certain), pool_id

    def _first(self, network: Network) -> Subnet | None:
        """The first IPv4 subnet: what clusters know of the network."""
        mine = self.subnets.of_network(network.id)
        return next((each for each in mine if each.ip_version == IPV4), None)

    def _require_soft(self, network: Network) -> None:
        if self.clusters.made(network.id):
            raise SubnetFrozen(
                f"Unable to complete operation on network {network.id}. Its first IPv4 subnet "
                "stays as it is while servers use the network; unplug them first."
            )

    def _require_apart(self, network: Network, block: Block, pool_id: str | None) -> None:
        for other in self.subnets.of_network(network.id):
            if other.ip_version == block.version and other.subnetpool_id != pool_id:
                raise NetworkSubnetPoolAffinityError(
                    "Subnets hosted on the same network must be allocated from the same "
                    "subnet pool.",
                    "subnetpool_id",
                )
            taken = parse_block(other.cidr, "cidr")
            if taken.version == block.version and taken.overlaps(block):
                raise InvalidInput(
                    f"Invalid input for operation: Requested subnet with cidr: {block} for "
                    f"network: {network.id} overlaps with another subnet.",
                    "cidr",
                )

    def _made(
        self, wanted: WantedSubnet, network: Network, block: Block, project_id: str
    ) -> Subnet:
        check_modes(wanted, block)
        gateway = first_host(block) if wanted.gateway_ip is UNSAID else wanted.gateway_ip
        if gateway is not None:
            check_gateway(block, gateway)
        now = self.clock.now()
        subnet = Subnet(
            self.ids.new(),
            project_id,
            network.id,
            wanted.name,
            wanted.description,
            block.version,
            str(block),
            gateway,
            wanted.enable_dhcp,
            wanted.ipv6_ra_mode,
            wanted.ipv6_address_mode,
            wanted.pools if wanted.pools is not None else default_pools(block, gateway),
            wanted.dns_nameservers,
            wanted.host_routes,
            wanted.tags,
            now,
            now,
            0,
            network.external,
        )
        return _canonical(subnet)

    def _publish(self, subnet: Subnet, network: Network) -> None:
        # Who sees the network sees its subnets.
        public = network.public
        audience = dict.fromkeys((subnet.project_id, *network.shared_to, *network.external_to))
        for project_id in [subnet.project_id] if public else audience:
            self.feed.publish(
                Changed("subnet", subnet.id, subnet.version, project_id, public=public)
            )


def _canonical(subnet: Subnet) -> Subnet:
    """With every address as we write it. Raises InvalidInput for what cannot be."""
    block = parse_block(subnet.cidr, "cidr")
    gateway = subnet.gateway_ip
    if gateway is not None:
        gateway = str(parse_address(gateway, "gateway_ip"))
        check_gateway(block, gateway)
    return replace(
        subnet,
        gateway_ip=gateway,
        pools=check_pools(block, subnet.pools, gateway),
        dns_nameservers=canonical_servers(subnet.dns_nameservers),
        host_routes=canonical_routes(subnet.host_routes),
    )
