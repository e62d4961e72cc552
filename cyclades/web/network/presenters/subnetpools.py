"""Subnet pools as network clients read them."""

from typing import Any

from cyclades.domain.model.subnetpool import SubnetPool
from cyclades.web.rendering import iso


def pool_body(pool: SubnetPool) -> dict[str, Any]:
    """All attributes."""
    return {
        "id": pool.id,
        "name": pool.name,
        "tenant_id": pool.project_id,
        "project_id": pool.project_id,
        "prefixes": list(pool.prefixes),
        "default_quota": pool.default_quota,
        "ip_version": pool.ip_version,
        "default_prefixlen": pool.default_prefixlen,
        "min_prefixlen": pool.min_prefixlen,
        "max_prefixlen": pool.max_prefixlen,
        "address_scope_id": None,
        "is_default": pool.is_default,
        "shared": pool.shared,
        "description": pool.description,
        "tags": list(pool.tags),
        "created_at": iso(pool.created),
        "updated_at": iso(pool.updated),
        "revision_number": pool.version,
    }
