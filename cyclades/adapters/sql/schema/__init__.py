"""All tables; importing this package fills the metadata."""

from cyclades.adapters.sql.schema import (
    clusters,
    documents,
    effects,
    feed,
    flavors,
    idempotency,
    identity,
    images,
    keypairs,
    networks,
    ports,
    quotas,
    security_groups,
    servers,
    subnets,
    tokens,
)
from cyclades.adapters.sql.schema.base import metadata

__all__ = [
    "clusters",
    "documents",
    "effects",
    "feed",
    "flavors",
    "idempotency",
    "identity",
    "images",
    "keypairs",
    "metadata",
    "networks",
    "ports",
    "quotas",
    "security_groups",
    "servers",
    "subnets",
    "tokens",
]
