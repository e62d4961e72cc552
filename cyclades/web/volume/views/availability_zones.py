"""/os-availability-zone of volumes: the clusters', for volumes are where servers are.

Source: Block Storage API reference, "Availability zones extension".
"""

from typing import Any

from cyclades.domain.model.availability_zone import zones_of
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Resource

volume_zones = Resource("volume-availability-zones", "/volume/v3/os-availability-zone")


@volume_zones.on("GET")
def list_volume_zones(request: CycladesRequest) -> Any:
    """The zones, and whether they take volumes."""
    return {
        "availabilityZoneInfo": [
            {"zoneName": zone.name, "zoneState": {"available": zone.available}}
            for zone in zones_of(request.cyclades.clusters.list())
        ]
    }
