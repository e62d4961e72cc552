"""Security groups and rules as network clients read them."""

from typing import Any

from cyclades.domain.model.security_group import SecurityGroup, SecurityGroupRule
from cyclades.web.rendering import iso


def group_body(group: SecurityGroup) -> dict[str, Any]:
    """All attributes, rules inside."""
    return {
        "id": group.id,
        "name": group.name,
        "stateful": group.stateful,
        "tenant_id": group.project_id,
        "project_id": group.project_id,
        "description": group.description,
        "shared": False,
        "security_group_rules": [rule_body(rule) for rule in group.rules],
        "tags": list(group.tags),
        "created_at": iso(group.created),
        "updated_at": iso(group.updated),
        "revision_number": group.version,
    }


def rule_body(rule: SecurityGroupRule) -> dict[str, Any]:
    """All attributes."""
    return {
        "id": rule.id,
        "tenant_id": rule.project_id,
        "project_id": rule.project_id,
        "security_group_id": rule.security_group_id,
        "ethertype": rule.ethertype,
        "direction": rule.direction,
        "protocol": rule.protocol,
        "port_range_min": rule.port_range_min,
        "port_range_max": rule.port_range_max,
        "remote_ip_prefix": rule.remote_ip_prefix,
        "remote_address_group_id": None,
        "normalized_cidr": rule.normalized_cidr,
        "remote_group_id": rule.remote_group_id,
        "belongs_to_default_sg": rule.of_default_group,
        "description": rule.description,
        "created_at": iso(rule.created),
        "updated_at": iso(rule.updated),
        "revision_number": rule.version,
    }
