"""Routers', floating IPs' and networks' services in one transaction."""

from functools import cached_property

from cyclades.adapters.sql.leases import SqlLeases
from cyclades.adapters.sql.router_states import SqlRouterReports
from cyclades.bootstrap.network import NetworkUnit
from cyclades.domain.model.network_flavor import mac_prefixes, routing_tables
from cyclades.domain.services.floating_ips import FloatingIps
from cyclades.domain.services.gateway_hosts import GatewayHosts
from cyclades.domain.services.network_flavors import FlavorSettings, NetworkFlavors
from cyclades.domain.services.networks import Networks
from cyclades.domain.services.public_network import PublicNetwork
from cyclades.domain.services.router_gateways import RouterGateways
from cyclades.domain.services.router_interfaces import RouterInterfaces
from cyclades.domain.services.router_reporting import RouterReporting
from cyclades.domain.services.routers import Routers


class RoutingUnit(NetworkUnit):
    """What routing needs."""

    @cached_property
    def router_reports(self) -> SqlRouterReports:
        """What gateway hosts are to carry, and what they say."""
        return SqlRouterReports(self.connection)

    @cached_property
    def router_reporting(self) -> RouterReporting:
        """What follows from what gateway hosts say."""
        return RouterReporting(self.router_rows, self.router_reports, self.feed, self.app.clock)

    @cached_property
    def gateway_hosts(self) -> GatewayHosts:
        """Where routers are carried, as operators see them."""
        return GatewayHosts(
            self.router_rows,
            SqlLeases(self.connection),
            self.app.clock,
            self.app.settings.gateway_hosts,
        )

    @cached_property
    def router_gateways(self) -> RouterGateways:
        """Ways out."""
        return RouterGateways(
            self.router_rows,
            self.network_rows,
            self.subnet_rows,
            self.port_rows,
            self.address_rows,
            self.floating_ip_rows,
            self.plugging,
            self.feed,
        )

    @cached_property
    def router_interfaces(self) -> RouterInterfaces:
        """Joining subnets."""
        return RouterInterfaces(
            self.router_rows,
            self.network_rows,
            self.subnet_rows,
            self.port_rows,
            self.address_rows,
            self.floating_ip_rows,
            self.plugging,
            self.quota,
            self.feed,
            self.app.clock,
        )

    @cached_property
    def routers(self) -> Routers:
        """Routers as users make them."""
        return Routers(
            self.router_rows,
            self.router_gateways,
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
            self.app.settings.gateway_hosts,
        )

    @cached_property
    def floating_ips(self) -> FloatingIps:
        """Floating IPs as users get them."""
        return FloatingIps(
            self.network_rows,
            self.subnet_rows,
            self.floating_ip_rows,
            self.port_rows,
            self.address_rows,
            self.plugging,
            self.floating_associations,
            self.quota,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def networks(self) -> Networks:
        """Networks as users make them."""
        settings = self.app.settings
        return Networks(
            self.network_rows,
            self.subnet_rows,
            self.port_rows,
            self.floating_ips,
            self.rbac_policies,
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
            NetworkFlavors(
                self.network_rows,
                FlavorSettings(
                    settings.network_flavors,
                    settings.spanning_flavors,
                    settings.public_link,
                    settings.mac_filtered_link,
                    settings.vlan_links,
                    routing_tables(settings.routing_tables),
                    mac_prefixes(settings.mac_prefix_pool),
                ),
            ),
            self.cluster_networks,
            self.network_mapping,
        )

    @cached_property
    def public_network(self) -> PublicNetwork:
        """Everybody's way out."""
        return PublicNetwork(
            self.network_rows,
            self.networks,
            self.subnets,
            self.app.settings.public_subnet,
            self.app.settings.public_subnet6,
        )
