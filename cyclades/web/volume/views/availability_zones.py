"""/os-availability-zone of volumes, which are nowhere yet.

Source: Block Storage API reference, "Availability zones extension".
"""

from typing import Any

from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Resource

volume_zones = Resource("volume-availability-zones", "/volume/v3/os-availability-zone")


@volume_zones.on("GET")
def list_volume_zones(request: CycladesRequest) -> Any:
    """None."""
    return {"availabilityZoneInfo": []}
