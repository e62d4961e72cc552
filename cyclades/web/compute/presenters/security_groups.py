"""Security groups as compute clients read them: only what comes in."""

from collections.abc import Mapping
from typing import Any

from cyclades.domain.model.security_group import SecurityGroup, SecurityGroupRule

ANYWHERE = {"IPv4": "0.0.0.0/0", "IPv6": "::/0"}
ALL_PORTS = {"tcp": (1, 65535), "udp": (1, 65535)}
ANY = (-1, -1)

Names = Mapping[str, str]  # of groups, by id


def group(found: SecurityGroup, names: Names) -> dict[str, Any]:
    """A group with its rules for incoming traffic."""
    return {
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "tenant_id": found.project_id,
        "rules": [rule(each, names) for each in found.rules if each.direction == "ingress"],
    }


def rule(found: SecurityGroupRule, names: Names) -> dict[str, Any]:
    """A rule; where it lets traffic in from is a group or a prefix."""
    ports = (found.port_range_min, found.port_range_max)
    if found.protocol and ports == (None, None):
        ports = ALL_PORTS.get(found.protocol, ANY)
    source = found.remote_group_id
    cidr = found.remote_ip_prefix or ANYWHERE[found.ethertype]
    named = {"tenant_id": found.project_id, "name": names.get(source or "", "")}
    return {
        "id": found.id,
        "parent_group_id": found.security_group_id,
        "ip_protocol": found.protocol,
        "from_port": ports[0],
        "to_port": ports[1],
        "group": named if source else {},
        "ip_range": {} if source else {"cidr": cidr},
    }


def remote_groups(rules: tuple[SecurityGroupRule, ...]) -> set[str]:
    """The ids of the groups whose names are needed."""
    return {each.remote_group_id for each in rules if each.remote_group_id}
