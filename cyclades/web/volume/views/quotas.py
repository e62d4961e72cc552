"""Volume limits and quotas: clients ask for them beside compute's.

There are no volumes yet, so every limit is zero.
Source: Block Storage API reference, "Quota sets extension" and "Limits".
"""

from collections.abc import Mapping
from typing import Any

from cyclades.domain.model.quota import VOLUME, Holding
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Resource
from cyclades.web.schema_types import boolean, mapping

BASE = "/volume/v3/os-quota-sets/{project_id}"
QUERY = mapping("", boolean("usage", missing=False), unknown="ignore")
MOST = {
    "maxTotalVolumes": "volumes",
    "maxTotalSnapshots": "snapshots",
    "maxTotalVolumeGigabytes": "gigabytes",
    "maxTotalBackups": "backups",
    "maxTotalBackupGigabytes": "backup_gigabytes",
}
USED = {
    "totalVolumesUsed": "volumes",
    "totalGigabytesUsed": "gigabytes",
    "totalSnapshotsUsed": "snapshots",
    "totalBackupsUsed": "backups",
    "totalBackupGigabytesUsed": "backup_gigabytes",
}
volume_limits = Resource("volume-limits", "/volume/v3/limits")
volume_quota = Resource("volume-quota-set", BASE)
volume_quota_defaults = Resource("volume-quota-set-defaults", f"{BASE}/defaults")


def held(request: CycladesRequest, project_id: str | None) -> Mapping[str, Holding]:
    """What a project has."""
    return request.cyclades.quotas.holdings(request.caller, project_id or "", VOLUME)


@volume_limits.on("GET")
def show_volume_limits(request: CycladesRequest) -> Any:
    """The absolute limits of the caller's project."""
    holdings = held(request, request.caller.project_id)
    most = {key: holdings[name].limit for key, name in MOST.items()}
    used = {key: holdings[name].used for key, name in USED.items()}
    return {"limits": {"rate": [], "absolute": most | used}}


@volume_quota.on("GET", query=QUERY)
def show_volume_quota(request: CycladesRequest) -> Any:
    """The limits of a project, with `usage` also what it uses."""
    project_id = request.matchdict["project_id"]
    holdings = held(request, project_id)
    if request.query_in["usage"]:
        shown: dict[str, Any] = {
            name: {"limit": holding.limit, "in_use": holding.used, "reserved": 0}
            for name, holding in holdings.items()
        }
    else:
        shown = {name: holding.limit for name, holding in holdings.items()}
    return {"quota_set": shown | {"id": project_id}}


@volume_quota_defaults.on("GET")
def show_default_volume_quota(request: CycladesRequest) -> Any:
    """The limits of projects that have none of their own."""
    limits = request.cyclades.quotas.defaults(VOLUME)
    return {"quota_set": {**limits, "id": request.matchdict["project_id"]}}
