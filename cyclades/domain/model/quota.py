"""Quota: resources and their arithmetic. ram is in MiB; a limit of -1 is no limit."""

from collections.abc import Mapping
from dataclasses import dataclass

UNLIMITED = -1
LARGEST = 2**31 - 1

# What projects are charged for, by service.
COMPUTE = ("instances", "cores", "ram")
NETWORK = (
    "network",
    "subnet",
    "port",
    "security_group",
    "security_group_rule",
    "router",
    "floatingip",
    "subnetpool",
    "rbac_policy",
)
IMAGE = (
    "image_count_total",
    "image_count_uploading",
    "image_size_total",  # MiB
    "image_stage_total",  # MiB
)
VOLUME = (
    "volumes",
    "per_volume_gigabytes",  # what one volume may have, never charged
    "snapshots",
    "gigabytes",
    "backups",
    "backup_gigabytes",
)
# Resources that clients ask about and that cannot be made: their limit is zero.
ABSENT: Mapping[str, int] = {"groups": 0}
# Limits that compute clients ask about, the same for all projects and never charged.
COMPUTE_FIXED: Mapping[str, int] = {
    "injected_files": 5,
    "injected_file_content_bytes": 10240,
    "injected_file_path_bytes": 255,
    "server_groups": 0,
    "server_group_members": 0,
    "fixed_ips": UNLIMITED,
    "floating_ips": UNLIMITED,
    "security_groups": UNLIMITED,
    "security_group_rules": UNLIMITED,
}
CHANGEABLE = COMPUTE + NETWORK + IMAGE + VOLUME

Amounts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Holding:
    """How a project stands with one resource."""

    resource: str
    used: int
    limit: int


def too_small(holdings: Mapping[str, Holding], limits: Amounts) -> Holding | None:
    """The first resource of which more is used than the wanted limit, if there is one."""
    for name, limit in limits.items():
        if limit != UNLIMITED and holdings[name].used > limit:
            return holdings[name]
    return None
