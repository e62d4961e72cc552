"""Clusters as the administrators of volumes read them: services, hosts and pools.

Source: Block Storage API reference, "Services", "Hosts extension", "Back-end storage pools".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cyclades.domain.model.cluster import Cluster
from cyclades.ports.volume_views import Stock
from cyclades.web.microversions import Microversion
from cyclades.web.rendering import iso_micro

CLUSTERS = Microversion(3, 7)
BACKEND_STATES = Microversion(3, 49)
GIB = 1024  # MiB
OURSELVES = "cyclades"


def up(cluster: Cluster) -> bool:
    """Whether it answers."""
    return not (cluster.offline or cluster.breaker_open)


def scheduler(now: datetime, version: Microversion) -> dict[str, Any]:
    """Who chooses clusters: whoever answers this."""
    body: dict[str, Any] = {
        "binary": "cinder-scheduler",
        "host": OURSELVES,
        "zone": "nova",
        "status": "enabled",
        "state": "up",
        "updated_at": iso_micro(now),
        "disabled_reason": None,
    }
    return body | ({"cluster": None} if version >= CLUSTERS else {})


def service(cluster: Cluster, now: datetime, version: Microversion) -> dict[str, Any]:
    """A cluster in the place of a volume service."""
    state = "up" if up(cluster) else "down"
    body = scheduler(now, version) | {
        "binary": "cinder-volume",
        "host": cluster.name,
        "zone": cluster.availability_zone,
        "status": "disabled" if cluster.drained else "enabled",
        "state": state,
        "disabled_reason": "drained" if cluster.drained else None,
        "replication_status": "disabled",
        "active_backend_id": None,
        "frozen": False,
    }
    return body | ({"backend_state": state} if version >= BACKEND_STATES else {})


def host(service: Mapping[str, Any]) -> dict[str, Any]:
    """The host of a service."""
    return {
        "host_name": service["host"],
        "service": service["binary"],
        "zone": service["zone"],
        "service-status": "available" if service["state"] == "up" else "unavailable",
        "service-state": service["status"],
        "last-update": service["updated_at"],
    }


def host_detail(cluster: Cluster, stocks: Mapping[str, Stock]) -> dict[str, Any]:
    """What a host has, in sum and by project."""
    total = Stock(
        sum(stock.volumes for stock in stocks.values()),
        sum(stock.volume_size for stock in stocks.values()),
        sum(stock.snapshots for stock in stocks.values()),
        sum(stock.snapshot_size for stock in stocks.values()),
    )
    rows = {"(total)": total, **stocks}
    return {
        "host": [
            {
                "resource": {
                    "host": cluster.name,
                    "project": project,
                    "volume_count": str(stock.volumes),
                    "total_volume_gb": str(stock.volume_size),
                    "snapshot_count": str(stock.snapshots),
                    "total_snapshot_gb": str(stock.snapshot_size),
                }
            }
            for project, stock in rows.items()
        ]
    }


def pool(cluster: Cluster, now: datetime, *, in_detail: bool) -> dict[str, Any]:
    """A cluster in the place of a pool of storage; sizes in GiB."""
    body: dict[str, Any] = {"name": cluster.name}
    if in_detail:
        total, free = cluster.capacity.disk_total // GIB, cluster.capacity.disk_free // GIB
        body["capabilities"] = {
            "volume_backend_name": cluster.name,
            "pool_name": cluster.name,
            "vendor_name": "Ganeti",
            "driver_version": cluster.release,
            "storage_protocol": " ".join(cluster.disk_templates),
            "total_capacity_gb": total,
            "free_capacity_gb": free,
            "allocated_capacity_gb": total - free,
            "reserved_percentage": 0,
            "QoS_support": False,
            "multiattach": False,
            "backend_state": "up" if up(cluster) else "down",
            "timestamp": iso_micro(now),
            "updated": iso_micro(now),
        }
    return body
