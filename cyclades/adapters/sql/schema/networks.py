"""Networks, and the links that private ones are made of."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata
from cyclades.adapters.sql.schema.lists import JsonTuple

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
    Column("mode", String(16), nullable=False),
    Column("link", Name, nullable=False),
    Column("tags", JsonTuple(), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("ix_networks_project", networks.c.project_id, networks.c.id)

links = Table(
    "links",
    metadata,
    Column("name", Name, primary_key=True),
    Column("network_id", Id, unique=True),  # null: free
)
