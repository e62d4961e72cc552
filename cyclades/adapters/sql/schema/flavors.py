"""Flavors, and the projects that may use the private ones."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, Table, Text

from cyclades.adapters.sql.schema.base import Id, Name, metadata

flavors = Table(
    "flavors",
    metadata,
    Column("id", Name, primary_key=True),  # an administrator may choose it
    Column("name", Name, nullable=False, unique=True),
    Column("vcpus", Integer, nullable=False),
    Column("ram", Integer, nullable=False),
    Column("disk", Integer, nullable=False),
    Column("ephemeral", Integer, nullable=False),
    Column("swap", Integer, nullable=False),
    Column("rxtx_factor", Float, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("description", Text),
    Column("extra_specs", Text, nullable=False),  # JSON object of texts
)

flavor_access = Table(
    "flavor_access",
    metadata,
    Column("flavor_id", Name, ForeignKey("flavors.id", ondelete="CASCADE"), primary_key=True),
    Column("project_id", Id, primary_key=True),
)
