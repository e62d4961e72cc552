"""Networks as network clients read them."""

from typing import Any

from cyclades.domain.model.identity import Caller
from cyclades.domain.model.network import Network
from cyclades.domain.model.network_flavor import provided
from cyclades.web.rendering import iso


def network_body(network: Network, caller: Caller) -> dict[str, Any]:
    """All attributes; what it is made of only for administrators."""
    body = {
        "id": network.id,
        "name": network.name,
        "tenant_id": network.project_id,
        "project_id": network.project_id,
        "admin_state_up": network.admin_state_up,
        "mtu": network.mtu,
        "status": "ACTIVE",
        "subnets": list(network.subnets),
        "shared": network.shared_with(caller),
        "availability_zone_hints": [],
        "availability_zones": list(network.zones),
        "ipv4_address_scope": None,
        "ipv6_address_scope": None,
        "router:external": network.external,
        "is_default": network.is_default,
        "qinq": False,
        "vlan_transparent": False,
        "l2_adjacency": True,
        "description": network.description,
        "port_security_enabled": network.port_security_enabled,
        "tags": list(network.tags),
        "created_at": iso(network.created),
        "updated_at": iso(network.updated),
        "revision_number": network.version,
        "SNF:network_flavor": network.flavor,
    }
    if caller.is_admin:
        kind, physical_network, number = provided(network.mode, network.link)
        body |= {
            "provider:network_type": kind,
            "provider:physical_network": physical_network,
            "provider:segmentation_id": number,
            "SNF:mac_prefix": network.mac_prefix,
        }
    return body
