"""Subnets as network clients read them."""

from typing import Any

from cyclades.domain.model.subnet import Subnet
from cyclades.web.rendering import iso


def subnet_body(subnet: Subnet) -> dict[str, Any]:
    """All attributes."""
    return {
        "id": subnet.id,
        "name": subnet.name,
        "tenant_id": subnet.project_id,
        "project_id": subnet.project_id,
        "network_id": subnet.network_id,
        "ip_version": subnet.ip_version,
        "subnetpool_id": subnet.subnetpool_id,
        "enable_dhcp": subnet.enable_dhcp,
        "ipv6_ra_mode": subnet.ipv6_ra_mode,
        "ipv6_address_mode": subnet.ipv6_address_mode,
        "gateway_ip": subnet.gateway_ip,
        "cidr": subnet.cidr,
        "allocation_pools": [{"start": pool.start, "end": pool.end} for pool in subnet.pools],
        "host_routes": [
            {"destination": route.destination, "nexthop": route.nexthop}
            for route in subnet.host_routes
        ],
        "dns_nameservers": list(subnet.dns_nameservers),
        "description": subnet.description,
        "router:external": subnet.external,
        "service_types": [],
        "tags": list(subnet.tags),
        "created_at": iso(subnet.created),
        "updated_at": iso(subnet.updated),
        "revision_number": subnet.version,
    }
