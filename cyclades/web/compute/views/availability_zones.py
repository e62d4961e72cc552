"""/os-availability-zone.

Source: Compute API reference, "Availability zones (os-availability-zone)".
"""

from typing import Any

from cyclades.domain.model.availability_zone import AvailabilityZone, zones_of
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

BASE = "/compute/v2.1/os-availability-zone"
zones = Resource("availability-zones", BASE)
zones_detail = Resource(
    "availability-zones-detail",
    f"{BASE}/detail",
    rule="os_compute_api:os-availability-zone:detail",
)


def shown(zone: AvailabilityZone, hosts: Any) -> dict[str, Any]:
    """A zone as clients read it."""
    state = {"available": zone.available}
    return {"zoneName": zone.name, "zoneState": state, "hosts": hosts}


@zones.on("GET")
def list_zones(request: CycladesRequest) -> Any:
    """The zones, and whether they take servers."""
    found = zones_of(request.cyclades.clusters.list())
    return {"availabilityZoneInfo": [shown(zone, None) for zone in found]}


@zones_detail.on("GET", access=Access.ADMIN)
def list_zones_in_detail(request: CycladesRequest) -> Any:
    """With the clusters of each."""
    return {
        "availabilityZoneInfo": [
            shown(zone, {name: cluster(fit=fit) for name, fit in sorted(zone.clusters.items())})
            for zone in zones_of(request.cyclades.clusters.list())
        ]
    }


def cluster(*, fit: bool) -> dict[str, Any]:
    """A cluster in the place of a host: its one service."""
    return {"cluster": {"available": fit, "active": fit, "updated_at": None}}
