"""Security groups and their rules."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata
from cyclades.adapters.sql.schema.lists import JsonTuple

security_groups = Table(
    "security_groups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("name", Name, nullable=False),
    Column("description", Name, nullable=False),
    Column("stateful", Boolean, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("tags", JsonTuple(), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("ix_security_groups_project", security_groups.c.project_id, security_groups.c.id)

security_group_rules = Table(
    "security_group_rules",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False, index=True),
    Column("security_group_id", Id, ForeignKey("security_groups.id"), nullable=False),
    Column("direction", String(16), nullable=False),
    Column("ethertype", String(16), nullable=False),
    Column("protocol", String(40)),
    Column("port_range_min", Integer),
    Column("port_range_max", Integer),
    Column("remote_ip_prefix", String(64)),
    Column("remote_group_id", Id, ForeignKey("security_groups.id")),
    Column("description", Name, nullable=False),
    Column("signature", Name, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("security_group_id", "signature"),
)
