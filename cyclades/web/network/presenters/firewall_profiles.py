"""Firewall profiles as users read them: their rules in the words of security groups."""

from typing import Any

from cyclades.domain.model.firewall_profile import FirewallProfile

OF_RULE = (
    "direction",
    "ethertype",
    "protocol",
    "port_range_min",
    "port_range_max",
    "remote_ip_prefix",
)


def profile_body(profile: FirewallProfile) -> dict[str, Any]:
    """`filters` False: nothing is filtered, whatever the rules."""
    return {
        "name": profile.name,
        "description": profile.description,
        "filters": profile.filters,
        "rules": [{name: getattr(rule, name) for name in OF_RULE} for rule in profile.rules],
    }
