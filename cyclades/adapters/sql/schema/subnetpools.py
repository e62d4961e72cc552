"""Subnet pools: prefixes that subnets are cut from."""

from sqlalchemy import Boolean, Column, Index, Integer, Table

from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata
from cyclades.adapters.sql.schema.lists import JsonTuple

subnetpools = Table(
    "subnetpools",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("name", Name, nullable=False),
    Column("description", Name, nullable=False),
    Column("ip_version", Integer, nullable=False),
    Column("prefixes", JsonTuple(), nullable=False),
    Column("default_prefixlen", Integer, nullable=False),
    Column("min_prefixlen", Integer, nullable=False),
    Column("max_prefixlen", Integer, nullable=False),
    Column("default_quota", Integer),
    Column("shared", Boolean, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("tags", JsonTuple(), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("ix_subnetpools_project", subnetpools.c.project_id, subnetpools.c.id)
