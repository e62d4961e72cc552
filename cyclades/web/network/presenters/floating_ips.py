"""Floating IPs as network clients read them."""

from typing import Any

from cyclades.domain.model.floating_ip import FloatingIp, PortDetails
from cyclades.web.rendering import iso


def floating_ip_body(floating_ip: FloatingIp) -> dict[str, Any]:
    """All attributes."""
    return {
        "id": floating_ip.id,
        "tenant_id": floating_ip.project_id,
        "project_id": floating_ip.project_id,
        "floating_ip_address": floating_ip.address,
        "floating_network_id": floating_ip.network_id,
        "router_id": floating_ip.router_id,
        "port_id": floating_ip.port_id,
        "fixed_ip_address": floating_ip.fixed_ip,
        "status": floating_ip.status,
        "description": floating_ip.description,
        "port_details": details_body(floating_ip.details) if floating_ip.details else None,
        "dns_name": floating_ip.dns_name,
        "dns_domain": floating_ip.dns_domain,
        "tags": list(floating_ip.tags),
        "created_at": iso(floating_ip.created),
        "updated_at": iso(floating_ip.updated),
        "revision_number": floating_ip.version,
    }


def details_body(port: PortDetails) -> dict[str, Any]:
    """What there is to say of the port."""
    return {
        "name": port.name,
        "network_id": port.network_id,
        "mac_address": port.mac,
        "admin_state_up": port.admin_state_up,
        "status": port.status,
        "device_id": port.device_id,
        "device_owner": port.device_owner,
    }
