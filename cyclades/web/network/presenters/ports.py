"""Ports as network clients read them."""

from typing import Any

from cyclades.domain.model.firewall_profile import shown
from cyclades.domain.model.port import Port
from cyclades.web.rendering import iso


def port_body(port: Port, domain: str) -> dict[str, Any]:
    """All attributes. `domain`: what follows names in its network's DNS."""
    return {
        "id": port.id,
        "name": port.name,
        "network_id": port.network_id,
        "tenant_id": port.project_id,
        "project_id": port.project_id,
        "mac_address": port.mac,
        "admin_state_up": port.admin_state_up,
        "status": port.status,
        "device_id": port.device_id,
        "device_owner": port.device_owner,
        "fixed_ips": [
            {"subnet_id": fixed.subnet_id, "ip_address": fixed.ip_address}
            for fixed in port.fixed_ips
        ],
        "allowed_address_pairs": [
            {"ip_address": pair.ip_address, "mac_address": pair.mac_address or port.mac}
            for pair in port.allowed_address_pairs
        ],
        "extra_dhcp_opts": [
            {"opt_name": option.name, "opt_value": option.value, "ip_version": option.ip_version}
            for option in port.extra_dhcp_opts
        ],
        "security_groups": list(port.security_groups),
        "description": port.description,
        "binding:vnic_type": "normal",
        "port_security_enabled": port.port_security_enabled,
        "dns_name": port.dns_name,
        "dns_assignment": [
            dns_assignment(port.dns_name, fixed.ip_address, domain) for fixed in port.fixed_ips
        ],
        "SNF:firewall_profile": shown(port.firewall_profile),
        "tags": list(port.tags),
        "created_at": iso(port.created),
        "updated_at": iso(port.updated),
        "ip_allocation": "immediate",
        "revision_number": port.version,
    }


def dns_assignment(name: str, address: str, domain: str) -> dict[str, str]:
    """By what name an address is known; one that nobody chose follows from it."""
    hostname = name or f"host-{address.replace('.', '-').replace(':', '-')}"
    return {"ip_address": address, "hostname": hostname, "fqdn": f"{hostname}.{domain}."}
