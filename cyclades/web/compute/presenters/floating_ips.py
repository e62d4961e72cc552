"""Floating IPs as compute clients read them."""

from collections.abc import Mapping
from typing import Any

from cyclades.domain.model.floating_ip import FloatingIp


def floating_ip(found: FloatingIp, pools: Mapping[str, str]) -> dict[str, Any]:
    """One; `pools` are the names of its networks, by id."""
    server = found.details.device_id if found.details else None
    return {
        "id": found.id,
        "ip": found.address,
        "fixed_ip": found.fixed_ip,
        "instance_id": server or None,
        "pool": pools.get(found.network_id, found.network_id),
    }
