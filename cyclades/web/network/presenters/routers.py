"""Routers as network clients read them."""

from typing import Any

from cyclades.domain.model.router import Interface, Router
from cyclades.web.rendering import iso


def router_body(router: Router) -> dict[str, Any]:
    """All attributes."""
    return {
        "id": router.id,
        "name": router.name,
        "tenant_id": router.project_id,
        "project_id": router.project_id,
        "admin_state_up": router.admin_state_up,
        "status": router.status,
        "external_gateway_info": gateway_body(router),
        "description": router.description,
        "availability_zones": [],
        "availability_zone_hints": [],
        "routes": [
            {"destination": route.destination, "nexthop": route.nexthop} for route in router.routes
        ],
        "flavor_id": None,
        "tags": list(router.tags),
        "created_at": iso(router.created),
        "updated_at": iso(router.updated),
        "revision_number": router.version,
    }


def gateway_body(router: Router) -> dict[str, Any] | None:
    """The way out, if there is one."""
    if router.external_network_id is None:
        return None
    return {
        "network_id": router.external_network_id,
        "external_fixed_ips": [
            {"subnet_id": fixed.subnet_id, "ip_address": fixed.ip_address}
            for fixed in router.gateway
        ],
        "enable_snat": router.enable_snat,
    }


def interface_body(interface: Interface) -> dict[str, Any]:
    """What was joined, or left."""
    return {
        "id": interface.router.id,
        "project_id": interface.router.project_id,
        "port_id": interface.port_id,
        "network_id": interface.network_id,
        "subnet_id": interface.subnet_ids[0],
        "subnet_ids": list(interface.subnet_ids),
    }
