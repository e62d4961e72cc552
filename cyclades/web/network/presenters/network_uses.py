"""How many of networks' addresses are taken, as network clients read it."""

from typing import Any

from cyclades.domain.model.network_use import NetworkUse
from cyclades.web.rendering import whole


def use_body(use: NetworkUse) -> dict[str, Any]:
    """All attributes; a network's totals are its subnets'."""
    return {
        "network_id": use.id,
        "network_name": use.name,
        "tenant_id": use.project_id,
        "project_id": use.project_id,
        "subnet_ip_availability": [
            {
                "subnet_id": subnet.id,
                "subnet_name": subnet.name,
                "cidr": subnet.cidr,
                "ip_version": subnet.ip_version,
                "used_ips": subnet.used,
                "total_ips": whole(subnet.total),
            }
            for subnet in use.subnets
        ],
        "used_ips": use.used,
        "total_ips": whole(use.total),
    }
