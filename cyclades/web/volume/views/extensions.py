"""/extensions and /resource_filters: what this service has beside the core.

Source: Block Storage API reference, "API extensions", "Resource Filters".
"""

from collections.abc import Mapping
from typing import Any

from cyclades.domain.model.errors import NotFound
from cyclades.web.microversions import Microversion
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Resource
from cyclades.web.schema_types import mapping, text
from cyclades.web.volume.listing import Lists
from cyclades.web.volume.schemas import snapshots, volume_transfers, volume_types, volumes

FILTERS_SINCE = Microversion(3, 33)
EXTENSIONS: Mapping[str, str] = {
    "os-admin-actions": "Admin Actions",
    "os-availability-zone": "Availability Zones",
    "os-extended-snapshot-attributes": "Extended Snapshot Attributes",
    "os-hosts": "Hosts",
    "os-quota-class-sets": "Quota Classes",
    "os-quota-sets": "Quotas",
    "os-services": "Services",
    "os-types-extra-specs": "Types Extra Specs",
    "os-types-manage": "Types Manage",
    "os-used-limits": "Used Limits",
    "os-vol-host-attr": "Volume Host Attribute",
    "os-vol-image-meta": "Volume Image Metadata",
    "os-vol-mig-status-attr": "Volume Migration Status Attribute",
    "os-vol-tenant-attr": "Volume Tenant Attribute",
    "os-volume-actions": "Volume Actions",
    "os-volume-transfer": "Volume Transfer",
    "os-volume-type-access": "Volume Type Access",
    "qos-specs": "Qos Specs",
    "backups": "Backups",
    "scheduler-stats": "Scheduler Stats",
}
FILTERED: Mapping[str, Lists] = {
    "volume": volumes.LISTS,
    "snapshot": snapshots.LISTS,
    "volume_type": volume_types.LISTS,
    "volume_transfer": volume_transfers.LISTS,
}
QUERY = mapping("", text("resource", missing=None), unknown="ignore")
extensions = Resource("volume-extensions", "/volume/v3/extensions")
extension = Resource("volume-extension", "/volume/v3/extensions/{alias}")
resource_filters = Resource("volume-resource-filters", "/volume/v3/resource_filters")


def shown(alias: str) -> dict[str, Any]:
    """One extension."""
    name = EXTENSIONS[alias]
    return {
        "alias": alias,
        "name": name,
        "description": f"{name}.",
        "updated": "2016-01-01T00:00:00+00:00",
        "links": [],
    }


@extensions.on("GET")
def list_volume_extensions(request: CycladesRequest) -> Any:
    """All."""
    del request
    return {"extensions": [shown(alias) for alias in EXTENSIONS]}


@extension.on("GET")
def show_volume_extension(request: CycladesRequest) -> Any:
    """One."""
    alias = request.matchdict["alias"]
    if alias not in EXTENSIONS:
        raise NotFound("extension", alias[:64])
    return {"extension": shown(alias)}


@resource_filters.on("GET", query=QUERY, since=FILTERS_SINCE)
def list_resource_filters(request: CycladesRequest) -> Any:
    """What lists may be filtered by."""
    wanted = request.query_in["resource"]
    return {
        "resource_filters": [
            {"resource": noun, "filters": sorted({*lists.filters, *(f"{n}~" for n in lists.likes)})}
            for noun, lists in FILTERED.items()
            if wanted in {None, noun}
        ]
    }
