"""Networks, what they are made of, which clusters have them, and with whom they are shared."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata
from cyclades.adapters.sql.schema.lists import JsonTuple, Words

networks = Table(
    "networks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("name", Name, nullable=False),
    Column("description", Name, nullable=False),
    Column("admin_state_up", Boolean, nullable=False),
    Column("external", Boolean, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("mtu", Integer, nullable=False),
    Column("port_security_enabled", Boolean, nullable=False),
    Column("flavor", String(64), nullable=False, server_default="CUSTOM"),
    Column("mode", String(16), nullable=False),
    Column("link", Name, nullable=False),
    Column("mac_prefix", String(17)),  # null: the installation's
    # May have servers in several clusters; else all are where the first one is.
    Column("spans", Boolean, nullable=False, server_default="1"),
    Column("home_cluster_id", Id, ForeignKey("clusters.id")),
    Column("tags", JsonTuple(), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("ix_networks_project", networks.c.project_id, networks.c.id)

# Bridges, links and MAC prefixes: each belongs to one network at most.
network_resources = Table(
    "network_resources",
    metadata,
    Column("pool", String(32), primary_key=True),
    Column("value", Name, primary_key=True),
    Column("network_id", Id),  # null: free
    UniqueConstraint("pool", "network_id"),
)

# Where a network may be used (`mapped`: an operator says so), and where it is made.
network_clusters = Table(
    "network_clusters",
    metadata,
    Column("id", Id, primary_key=True),
    Column("network_id", Id, ForeignKey("networks.id"), nullable=False),
    Column("cluster_id", Id, ForeignKey("clusters.id"), nullable=False, index=True),
    Column("mapped", Boolean, nullable=False),
    Column("mode", String(16)),  # null: the network's
    Column("link", Name),  # null: the network's
    Column("state", String(16), nullable=False),  # absent, making, active, removing or error
    Column("groups", Words(), nullable=False),  # node groups that it is connected to
    Column("effect_id", Id),  # what its servers' effects wait for
    Column("trouble", Text, nullable=False),  # why it could not be made, for operators
    Column("version", Integer, nullable=False),
    UniqueConstraint("network_id", "cluster_id"),
)

rbac_policies = Table(
    "rbac_policies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False, index=True),
    Column("object_type", String(32), nullable=False),
    Column("object_id", Id, nullable=False),
    Column("action", String(32), nullable=False),
    Column("target_project", Id, nullable=False, index=True),  # "*": everybody
    UniqueConstraint("object_type", "object_id", "action", "target_project"),
)
