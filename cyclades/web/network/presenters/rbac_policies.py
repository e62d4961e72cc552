"""Policies of sharing as network clients read them."""

from typing import Any

from cyclades.domain.model.rbac_policy import RbacPolicy


def policy_body(policy: RbacPolicy) -> dict[str, Any]:
    """All attributes."""
    return {
        "id": policy.id,
        "tenant_id": policy.project_id,
        "project_id": policy.project_id,
        "object_type": policy.object_type,
        "object_id": policy.object_id,
        "action": policy.action,
        "target_tenant": policy.target_project,
    }
