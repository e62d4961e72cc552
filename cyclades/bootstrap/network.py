"""Network's repositories and services in one transaction."""

from functools import cached_property

from cyclades.adapters.sql.address_history import SqlAddressHistory
from cyclades.adapters.sql.addresses import SqlAddresses
from cyclades.adapters.sql.floating_ips import SqlFloatingIps
from cyclades.adapters.sql.network_clusters import SqlNetworkClusters
from cyclades.adapters.sql.network_uses import SqlNetworkUses
from cyclades.adapters.sql.networks import SqlNetworks
from cyclades.adapters.sql.ports import SqlPorts
from cyclades.adapters.sql.rbac_policies import SqlRbacPolicies
from cyclades.adapters.sql.routers import SqlRouters
from cyclades.adapters.sql.security_groups import SqlSecurityGroups
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.sql.subnetpools import SqlSubnetPools
from cyclades.adapters.sql.subnets import SqlSubnets
from cyclades.bootstrap.clusters import ClusterUnit
from cyclades.domain.services.address_history import AddressHistory
from cyclades.domain.services.cluster_networks import ClusterNetworks
from cyclades.domain.services.floating_associations import FloatingAssociations
from cyclades.domain.services.network_mapping import NetworkMapping
from cyclades.domain.services.network_reach import NetworkReach
from cyclades.domain.services.plugged_ports import PluggedPorts
from cyclades.domain.services.plugging import Plugging
from cyclades.domain.services.ports import Ports
from cyclades.domain.services.rbac_policies import RbacPolicies
from cyclades.domain.services.security_groups import SecurityGroups
from cyclades.domain.services.server_networks import ServerNetworks
from cyclades.domain.services.server_ports import ServerPorts
from cyclades.domain.services.subnetpools import SubnetPools
from cyclades.domain.services.subnets import Subnets


class NetworkUnit(ClusterUnit):
    """What network needs."""

    @cached_property
    def network_rows(self) -> SqlNetworks:
        """Where networks are kept."""
        return SqlNetworks(self.connection)

    @cached_property
    def subnet_rows(self) -> SqlSubnets:
        """Where subnets are kept."""
        return SqlSubnets(self.connection)

    @cached_property
    def port_rows(self) -> SqlPorts:
        """Where ports are kept."""
        return SqlPorts(self.connection)

    @cached_property
    def address_rows(self) -> SqlAddresses:
        """Which port holds which address."""
        return SqlAddresses(self.connection)

    @cached_property
    def address_history_rows(self) -> SqlAddressHistory:
        """Which server held which address, and when."""
        return SqlAddressHistory(self.connection)

    @cached_property
    def address_history(self) -> AddressHistory:
        """Writing that down."""
        return AddressHistory(self.address_history_rows, self.app.clock, self.app.ids)

    @cached_property
    def network_clusters(self) -> SqlNetworkClusters:
        """Which networks are in which clusters."""
        return SqlNetworkClusters(self.connection)

    @cached_property
    def cluster_networks(self) -> ClusterNetworks:
        """Having networks in clusters."""
        return ClusterNetworks(
            self.network_rows,
            self.network_clusters,
            self.outbox,
            self.app.clock,
            self.app.ids,
            self.app.settings.instance_prefix,
        )

    @cached_property
    def network_reach(self) -> NetworkReach:
        """In which clusters networks can be."""
        return NetworkReach(self.network_clusters)

    @cached_property
    def network_mapping(self) -> NetworkMapping:
        """Where operators say that networks are."""
        return NetworkMapping(
            self.network_clusters, self.cluster_networks, self.clusters, self.app.ids
        )

    @cached_property
    def floating_ip_rows(self) -> SqlFloatingIps:
        """Where floating IPs are kept; gateway hosts are woken after the commit."""
        return SqlFloatingIps(self.connection, lambda: self.wake_after_commit("router"))

    @cached_property
    def router_rows(self) -> SqlRouters:
        """Where routers are kept; gateway hosts are woken after the commit."""
        return SqlRouters(self.connection, lambda: self.wake_after_commit("router"))

    @cached_property
    def floating_associations(self) -> FloatingAssociations:
        """What floating IPs lead to."""
        return FloatingAssociations(
            self.floating_ip_rows,
            self.router_rows,
            self.port_rows,
            self.address_history,
            self.feed,
            self.app.clock,
        )

    @cached_property
    def rbac_policies(self) -> RbacPolicies:
        """With whom networks are shared."""
        return RbacPolicies(
            self.network_rows,
            SqlRbacPolicies(self.connection),
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def subnets(self) -> Subnets:
        """Subnets as users make them."""
        return Subnets(
            self.network_rows,
            self.subnet_rows,
            self.address_rows,
            self.port_rows,
            self.subnetpools,
            self.address_history,
            self.cluster_networks,
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def subnetpools(self) -> SubnetPools:
        """Prefixes that subnets are cut from."""
        return SubnetPools(
            SqlSubnetPools(self.connection),
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def network_uses(self) -> SqlNetworkUses:
        """How many addresses are taken."""
        return SqlNetworkUses(self.connection)

    @cached_property
    def plugging(self) -> Plugging:
        """How ports come to be."""
        return Plugging(
            self.port_rows,
            self.subnet_rows,
            self.address_rows,
            self.app.clock,
            self.app.ids,
            self.app.settings.mac_prefix,
        )

    @cached_property
    def plugged_ports(self) -> PluggedPorts:
        """What clusters have to know of ports that change."""
        return PluggedPorts(
            SqlServers(self.connection),
            self.network_clusters,
            self.outbox,
            self.feed,
            self.app.clock,
            self.app.ids,
            self.app.settings.instance_prefix,
        )

    @cached_property
    def ports(self) -> Ports:
        """Ports as users make them."""
        return Ports(
            self.network_rows,
            self.port_rows,
            self.address_rows,
            self.plugging,
            self.security_groups,
            self.app.firewall_profiles,
            self.plugged_ports,
            self.floating_associations,
            self.quota,
            self.feed,
            self.app.clock,
        )

    @cached_property
    def security_groups(self) -> SecurityGroups:
        """Security groups and their rules."""
        return SecurityGroups(
            SqlSecurityGroups(self.connection),
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def server_networks(self) -> ServerNetworks:
        """Which networks servers are plugged into."""
        return ServerNetworks(
            self.network_rows,
            self.subnet_rows,
            self.address_rows,
            self.port_rows,
            self.app.settings.default_networks,
            self.app.settings.forced_networks,
        )

    @cached_property
    def server_ports(self) -> ServerPorts:
        """The interfaces of servers."""
        return ServerPorts(
            self.network_rows,
            self.port_rows,
            self.address_rows,
            self.plugging,
            self.security_groups,
            self.floating_associations,
            self.address_history,
            self.quota,
            self.feed,
            self.app.clock,
        )
