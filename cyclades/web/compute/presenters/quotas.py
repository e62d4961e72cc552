"""Quotas and limits as compute clients read them."""

from collections.abc import Mapping
from typing import Any

from cyclades.domain.model.quota import Holding
from cyclades.web.microversions import COMPUTE, Microversion

ALWAYS = COMPUTE.maximum
PROXIES = Microversion(2, 35)  # network resources were compute's until then
PERSONALITY = Microversion(2, 56)
# The fields of a quota set, and the last microversion that has them.
LAST_VERSION: Mapping[str, Microversion] = {
    "cores": ALWAYS,
    "fixed_ips": PROXIES,
    "floating_ips": PROXIES,
    "injected_file_content_bytes": PERSONALITY,
    "injected_file_path_bytes": PERSONALITY,
    "injected_files": PERSONALITY,
    "instances": ALWAYS,
    "key_pairs": ALWAYS,
    "metadata_items": ALWAYS,
    "ram": ALWAYS,
    "security_group_rules": PROXIES,
    "security_groups": PROXIES,
    "server_group_members": ALWAYS,
    "server_groups": ALWAYS,
}
# The absolute limits: what each is the limit of.
LIMITS: Mapping[str, tuple[str, Microversion]] = {
    "maxTotalInstances": ("instances", ALWAYS),
    "maxTotalCores": ("cores", ALWAYS),
    "maxTotalRAMSize": ("ram", ALWAYS),
    "maxTotalKeypairs": ("key_pairs", ALWAYS),
    "maxServerMeta": ("metadata_items", ALWAYS),
    "maxImageMeta": ("metadata_items", Microversion(2, 38)),
    "maxPersonality": ("injected_files", PERSONALITY),
    "maxPersonalitySize": ("injected_file_content_bytes", PERSONALITY),
    "maxServerGroups": ("server_groups", ALWAYS),
    "maxServerGroupMembers": ("server_group_members", ALWAYS),
    "maxTotalFloatingIps": ("floating_ips", PROXIES),
    "maxSecurityGroups": ("security_groups", PROXIES),
    "maxSecurityGroupRules": ("security_group_rules", PROXIES),
}
USED: Mapping[str, tuple[str, Microversion]] = {
    "totalInstancesUsed": ("instances", ALWAYS),
    "totalCoresUsed": ("cores", ALWAYS),
    "totalRAMUsed": ("ram", ALWAYS),
    "totalServerGroupsUsed": ("server_groups", ALWAYS),
    "totalFloatingIpsUsed": ("floating_ips", PROXIES),
    "totalSecurityGroupsUsed": ("security_groups", PROXIES),
}


def names(version: Microversion) -> list[str]:
    """The fields of a quota set at a microversion."""
    return [name for name, last in LAST_VERSION.items() if version <= last]


def detail(holdings: Mapping[str, Holding]) -> dict[str, Any]:
    """Limits and usage."""
    return {
        name: {"limit": held.limit, "in_use": held.used, "reserved": 0}
        for name, held in holdings.items()
    }


def absolute(holdings: Mapping[str, Holding], version: Microversion) -> dict[str, Any]:
    """The absolute limits of a project; there are no rate limits to tell about."""
    most = {key: holdings[name].limit for key, (name, last) in LIMITS.items() if version <= last}
    used = {key: holdings[name].used for key, (name, last) in USED.items() if version <= last}
    return {"limits": {"rate": [], "absolute": most | used}}
