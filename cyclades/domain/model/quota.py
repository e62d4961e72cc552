"""Quota: resources and their arithmetic. ram is in MiB; a limit of -1 is no limit."""

from collections.abc import Mapping
from dataclasses import dataclass

UNLIMITED = -1

# The resources that each service answers for. Volumes and floating IPs have limits that
# clients ask for, and nothing to count until their services exist.
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
VOLUME = (
    "volumes",
    "snapshots",
    "gigabytes",
    "backups",
    "backup_gigabytes",
    "per_volume_gigabytes",
    "groups",
)

Amounts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Holding:
    """How a project stands with one resource."""

    resource: str
    used: int
    limit: int
