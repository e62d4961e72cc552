"""What the contracts of networking put into repositories."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from cyclades.adapters.sql.addresses import SqlAddresses
from cyclades.adapters.sql.floating_ips import SqlFloatingIps
from cyclades.adapters.sql.networks import SqlNetworks
from cyclades.adapters.sql.ports import SqlPorts
from cyclades.adapters.sql.router_states import SqlRouterReports
from cyclades.adapters.sql.routers import SqlRouters
from cyclades.adapters.sql.security_groups import SqlSecurityGroups
from cyclades.adapters.sql.subnets import SqlSubnets
from cyclades.domain.model.addresses import Pool
from cyclades.domain.model.floating_ip import FloatingIp
from cyclades.domain.model.network import BRIDGED, Network
from cyclades.domain.model.port import DOWN, Port
from cyclades.domain.model.router import Router
from cyclades.domain.model.security_group import SecurityGroup
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.subnet import Subnet
from cyclades.ports.addresses import AddressRepository
from cyclades.ports.floating_ips import FloatingIpRepository
from cyclades.ports.networks import NetworkRepository
from cyclades.ports.ports import PortRepository
from cyclades.ports.routers import RouterReports, RouterRepository
from cyclades.ports.security_groups import SecurityGroupRepository
from cyclades.ports.subnets import SubnetRepository

THEN = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
MINE, THEIRS, ALL = Scope("mine"), Scope("theirs"), Scope(None, everything=True)
NETWORK = Network(
    "net",
    "mine",
    "net",
    "",
    admin_state_up=True,
    external=False,
    shared=False,
    is_default=False,
    mtu=1500,
    port_security_enabled=True,
    mode=BRIDGED,
    link="prv0",
    tags=(),
    created=THEN,
    updated=THEN,
    version=1,
)
SUBNET = Subnet(
    "sub",
    "mine",
    "net",
    "sub",
    "",
    4,
    "10.0.0.0/24",
    "10.0.0.1",
    enable_dhcp=True,
    ipv6_ra_mode=None,
    ipv6_address_mode=None,
    pools=(Pool("10.0.0.2", "10.0.0.254"),),
    dns_nameservers=(),
    host_routes=(),
    tags=(),
    created=THEN,
    updated=THEN,
    version=0,
)
PORT = Port(
    "port",
    "mine",
    "net",
    "port",
    "",
    "aa:00:00:00:00:01",
    admin_state_up=True,
    status=DOWN,
    device_id="",
    device_owner="",
    keep=True,
    port_security_enabled=True,
    allowed_address_pairs=(),
    extra_dhcp_opts=(),
    position=0,
    tag=None,
    tags=(),
    created=THEN,
    updated=THEN,
    version=1,
)
GROUP = SecurityGroup(
    "sg",
    "mine",
    "sg",
    "",
    stateful=True,
    is_default=False,
    tags=(),
    created=THEN,
    updated=THEN,
    version=1,
)


ROUTER = Router(
    "router",
    "mine",
    "router",
    "",
    admin_state_up=True,
    status="ACTIVE",
    external_network_id=None,
    enable_snat=True,
    routes=(),
    tags=(),
    gateway_host="gateway",
    created=THEN,
    updated=THEN,
    version=1,
)
FLOATING_IP = FloatingIp(
    "fip",
    "mine",
    "",
    "ext",
    "203.0.113.9",
    port_id=None,
    fixed_ip=None,
    router_id=None,
    status="DOWN",
    dns_name="",
    dns_domain="",
    tags=(),
    created=THEN,
    updated=THEN,
    version=1,
)


class Rows:
    """All repositories of networking in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.networks: NetworkRepository = SqlNetworks(connection)
        self.subnets: SubnetRepository = SqlSubnets(connection)
        self.addresses: AddressRepository = SqlAddresses(connection)
        self.ports: PortRepository = SqlPorts(connection)
        self.groups: SecurityGroupRepository = SqlSecurityGroups(connection)
        self.routers: RouterRepository = SqlRouters(connection, lambda: None)
        self.reports: RouterReports = SqlRouterReports(connection)
        self.floating_ips: FloatingIpRepository = SqlFloatingIps(connection, lambda: None)

    def network(self, id: str = "net", **more: Any) -> Network:
        network = replace(NETWORK, **({"id": id, "name": id} | more))
        self.networks.add(network)
        return network

    def subnet(self, id: str = "sub", **more: Any) -> Subnet:
        subnet = replace(SUBNET, **({"id": id, "name": id} | more))
        self.subnets.add(subnet)
        return subnet

    def port(self, id: str = "port", **more: Any) -> Port:
        mac = "aa:" + ":".join(f"{octet:02x}" for octet in id.encode()[-5:].rjust(5, b"\0"))
        port = replace(PORT, **({"id": id, "name": id, "mac": mac} | more))
        self.ports.add(port)
        return port

    def group(self, id: str = "sg", **more: Any) -> SecurityGroup:
        group = replace(GROUP, **({"id": id, "name": id} | more))
        self.groups.add(group)
        return group

    def router(self, id: str = "router", **more: Any) -> Router:
        router = replace(ROUTER, **({"id": id, "name": id} | more))
        self.routers.add(router)
        return router

    def floating_ip(self, id: str = "fip", **more: Any) -> FloatingIp:
        floating_ip = replace(FLOATING_IP, **({"id": id} | more))
        self.floating_ips.add(floating_ip)
        return floating_ip
