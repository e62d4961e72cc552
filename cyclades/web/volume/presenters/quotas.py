"""Quotas and limits as volume clients read them."""

from collections.abc import Mapping, Sequence
from typing import Any

from cyclades.domain.model.quota import UNLIMITED, VOLUME, Holding

NAMES = (*VOLUME, "groups")
OF_TYPES = ("volumes", "gigabytes", "snapshots")
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


def of_types(types: Sequence[str]) -> dict[str, int]:
    """Volumes of one type have no limits of their own."""
    return {f"{name}_{kind}": UNLIMITED for kind in types for name in OF_TYPES}


def limits(holdings: Mapping[str, Holding], types: Sequence[str]) -> dict[str, Any]:
    """A quota set."""
    return {name: holding.limit for name, holding in holdings.items()} | of_types(types)


def usage(holdings: Mapping[str, Holding], types: Sequence[str]) -> dict[str, Any]:
    """The same with what is used."""
    whole = {
        name: {"limit": held.limit, "in_use": held.used, "reserved": 0}
        for name, held in holdings.items()
    }
    nothing = {"in_use": 0, "reserved": 0}
    return whole | {name: {"limit": limit} | nothing for name, limit in of_types(types).items()}


def absolute(holdings: Mapping[str, Holding]) -> dict[str, Any]:
    """The absolute limits of a project; there are no rate limits to tell about."""
    most = {key: holdings[name].limit for key, name in MOST.items()}
    used = {key: holdings[name].used for key, name in USED.items()}
    return {"limits": {"rate": [], "absolute": most | used}}
