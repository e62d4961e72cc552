"""The identity service: projects (and domains), users, groups, roles, credentials, catalog."""

from sqlalchemy import Boolean, Column, Index, String, Table, Text, UniqueConstraint

from cyclades.adapters.sql.json_type import JsonText
from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata

projects = Table(
    "projects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Name, nullable=False),
    Column("domain_id", Id, nullable=False),  # empty for domains: null would never be unique
    Column("parent_id", Id),
    Column("description", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("is_domain", Boolean, nullable=False),
    Column("tags", JsonText, nullable=False),
    Column("extra", JsonText, nullable=False),
    UniqueConstraint("domain_id", "name"),
)
Index("ix_projects_parent", projects.c.parent_id)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Name, nullable=False),
    Column("domain_id", Id, nullable=False),
    Column("password_hash", String(255), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("default_project_id", Id),
    Column("extra", JsonText, nullable=False),
    UniqueConstraint("domain_id", "name"),
)

groups = Table(
    "groups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Name, nullable=False),
    Column("domain_id", Id, nullable=False),
    Column("description", Text, nullable=False),
    Column("extra", JsonText, nullable=False),
    UniqueConstraint("domain_id", "name"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("group_id", Id, primary_key=True),
    Column("user_id", Id, primary_key=True),
)
Index("ix_memberships_user", memberships.c.user_id)

roles = Table(
    "roles",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Name, nullable=False),
    Column("domain_id", Id, nullable=False),
    Column("description", Text),
    Column("immutable", Boolean, nullable=False),
    Column("extra", JsonText, nullable=False),
    UniqueConstraint("domain_id", "name"),
)

implied_roles = Table(
    "implied_roles",
    metadata,
    Column("prior_id", Id, primary_key=True),
    Column("implied_id", Id, primary_key=True),
)

assignments = Table(
    "assignments",
    metadata,
    Column("actor_id", Id, primary_key=True),
    Column("actor_kind", String(8), primary_key=True),
    Column("target_id", Id, primary_key=True),
    Column("target_kind", String(8), primary_key=True),
    Column("role_id", Id, primary_key=True),
    Column("inherited", Boolean, primary_key=True),
)
Index("ix_assignments_target", assignments.c.target_id)
Index("ix_assignments_role", assignments.c.role_id)

application_credentials = Table(
    "application_credentials",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, nullable=False),
    Column("project_id", Id, nullable=False),
    Column("name", Name, nullable=False),
    Column("secret_hash", String(255), nullable=False),
    Column("roles", JsonText, nullable=False),
    Column("description", Text),
    Column("unrestricted", Boolean, nullable=False),
    Column("expires", UtcDateTime),
    UniqueConstraint("user_id", "name"),
)

services = Table(
    "services",
    metadata,
    Column("id", Id, primary_key=True),
    Column("type", Name, nullable=False),
    Column("name", Name, nullable=False),
    Column("description", Text),
    Column("enabled", Boolean, nullable=False),
    Column("extra", JsonText, nullable=False),
)

endpoints = Table(
    "endpoints",
    metadata,
    Column("id", Id, primary_key=True),
    Column("service_id", Id, nullable=False),
    Column("interface", String(16), nullable=False),
    Column("url", Text, nullable=False),
    Column("region_id", Name),
    Column("name", Name, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("extra", JsonText, nullable=False),
)

regions = Table(
    "regions",
    metadata,
    Column("id", Name, primary_key=True),
    Column("description", Text, nullable=False),
    Column("parent_region_id", Name),
    Column("extra", JsonText, nullable=False),
)
