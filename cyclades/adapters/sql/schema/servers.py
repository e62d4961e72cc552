"""Servers, their tags, and the record of what was done to them."""

from sqlalchemy import (
    BigInteger,
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

servers = Table(
    "servers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("name", Name, nullable=False),
    Column("description", Name),
    Column("hostname", Name, nullable=False),
    Column("reservation_id", String(32), nullable=False),
    Column("launch_index", Integer, nullable=False),
    Column("cluster_id", Id, ForeignKey("clusters.id"), nullable=False),
    Column("instance", Name, nullable=False, unique=True),
    Column("availability_zone", Name, nullable=False),
    Column("pinned_zone", Name),
    Column("flavor_id", Id, nullable=False),
    Column("flavor", Text, nullable=False),  # JSON: the flavor as it was
    Column("vcpus", Integer, nullable=False),
    Column("ram", Integer, nullable=False),
    Column("disk", Integer, nullable=False),
    Column("image_id", Id),
    Column("key_name", Name),
    Column("metadata", Text, nullable=False),  # JSON object of texts
    Column("tags", Text, nullable=False),  # JSON list of texts, sorted
    Column("security_groups", Text, nullable=False),  # JSON list of names
    Column("config_drive", Boolean, nullable=False),
    Column("disk_config", String(16), nullable=False),
    Column("disk_template", String(32), nullable=False, server_default=""),  # of all its disks
    Column("access_ipv4", String(64), nullable=False),
    Column("access_ipv6", String(64), nullable=False),
    Column("vm_state", String(32), nullable=False),
    Column("task_state", String(32)),
    Column("power", String(16), nullable=False),
    Column("progress", Integer, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("locked_by", Id),
    Column("locked_reason", Name),
    Column("fault_code", Integer),
    Column("fault_message", Text),
    Column("fault_created", UtcDateTime),
    Column("generation", Integer, nullable=False),
    Column("effect_id", Id),
    Column("absences", Integer, nullable=False),
    Column("placement", Text, nullable=False),  # JSON, for operators
    Column("deleted", Boolean, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("launched", UtcDateTime),
    Column("terminated", UtcDateTime),
    Column("version", Integer, nullable=False),
)
# The hot lists: one project's live servers, newest first, and what changed since.
Index(
    "ix_servers_live",
    servers.c.project_id,
    servers.c.created,
    servers.c.id,
    postgresql_where=~servers.c.deleted,
    sqlite_where=servers.c.deleted == 0,
)
Index("ix_servers_changes", servers.c.project_id, servers.c.updated, servers.c.id)
Index(
    "ix_servers_cluster",
    servers.c.cluster_id,
    postgresql_where=~servers.c.deleted,
    sqlite_where=servers.c.deleted == 0,
)

instance_actions = Table(
    "instance_actions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("server_id", Id, ForeignKey("servers.id"), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("action", String(32), nullable=False),
    Column("user_id", Id),
    Column("project_id", Id),
    Column("effect_id", Id),
    Column("message", Text),
    Column("result", String(16)),  # null while it runs; Success or Error
    Column("started", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime),
    Column("job_id", BigInteger),
    UniqueConstraint("server_id", "request_id", "action"),
)
Index("ix_instance_actions_effect", instance_actions.c.effect_id)

instance_action_events = Table(
    "instance_action_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("action_id", Id, ForeignKey("instance_actions.id"), nullable=False, index=True),
    Column("name", Name, nullable=False),
    Column("message", Text),  # what the step said, for users
    Column("result", String(16)),  # null while it runs; Success or Error
    Column("started", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime),
)
