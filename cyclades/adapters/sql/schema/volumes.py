"""Volumes and what hangs on them; types, snapshots, backups, transfers, tasks on disks."""

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

from cyclades.adapters.sql.json_type import JsonText
from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata

volume_types = Table(
    "volume_types",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Name, nullable=False, unique=True),
    Column("description", Text),
    Column("is_public", Boolean, nullable=False),
    Column("extra_specs", JsonText, nullable=False),  # JSON object of texts
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)

volume_type_access = Table(
    "volume_type_access",
    metadata,
    Column("type_id", Id, ForeignKey(volume_types.c.id, ondelete="CASCADE"), primary_key=True),
    Column("project_id", Id, primary_key=True),
)

volumes = Table(
    "volumes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("name", Name, nullable=False),
    Column("description", Text),
    Column("size", Integer, nullable=False),  # GiB
    Column("status", String(32), nullable=False),
    Column("type_id", Id, ForeignKey(volume_types.c.id), nullable=False),
    Column("availability_zone", Name, nullable=False),
    Column("cluster_id", Id, ForeignKey("clusters.id")),  # null: it has no disk yet
    Column("disk_template", String(32), nullable=False),
    Column("place", String(16), nullable=False),  # the words of model.volume.Place
    Column("holder", Boolean, nullable=False),  # its holder instance exists, with or without it
    Column("bootable", Boolean, nullable=False),
    Column("readonly", Boolean, nullable=False),
    Column("metadata", JsonText, nullable=False),  # JSON object of texts
    Column("image_metadata", JsonText, nullable=False),  # JSON object of texts: of its image
    Column("image_id", Id),
    Column("snapshot_id", Id),
    Column("source_volid", Id, index=True),
    Column("task_id", Id),  # the task that is under way
    Column("fault", Text),  # why it is in error, in words for its user
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("ix_volumes_project", volumes.c.project_id, volumes.c.created, volumes.c.id)
Index("ix_volumes_cluster", volumes.c.cluster_id)
Index("ix_volumes_type", volumes.c.type_id)

volume_attachments = Table(
    "volume_attachments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("volume_id", Id, ForeignKey(volumes.c.id), nullable=False, unique=True),
    Column("server_id", Id, ForeignKey("servers.id"), nullable=False),
    Column("project_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("status", String(32), nullable=False),
    Column("device", String(32), nullable=False),  # /dev/vdb
    Column("boot_index", Integer),  # 0: the server boots from it
    Column("delete_on_termination", Boolean, nullable=False),
    Column("tag", Name),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("server_id", "device"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("volume_id", Id, ForeignKey(volumes.c.id), nullable=False, index=True),
    Column("type_id", Id, ForeignKey(volume_types.c.id), nullable=False),
    Column("name", Name, nullable=False),
    Column("description", Text),
    Column("size", Integer, nullable=False),  # GiB
    Column("status", String(32), nullable=False),
    Column("cluster_id", Id, ForeignKey("clusters.id")),
    Column("disk_template", String(32), nullable=False),
    Column("holder", Boolean, nullable=False),  # it has a disk, in its holder instance
    Column("bootable", Boolean, nullable=False),
    Column("metadata", JsonText, nullable=False),  # JSON object of texts
    Column("image_metadata", JsonText, nullable=False),
    Column("task_id", Id),
    Column("fault", Text),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("ix_snapshots_project", snapshots.c.project_id, snapshots.c.created, snapshots.c.id)

backups = Table(
    "backups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("volume_id", Id, nullable=False, index=True),
    Column("snapshot_id", Id),
    Column("name", Name, nullable=False),
    Column("description", Text),
    Column("container", Name),
    Column("size", Integer, nullable=False),  # GiB
    Column("status", String(32), nullable=False),
    Column("availability_zone", Name, nullable=False),
    Column("disk_format", String(16)),
    Column("bootable", Boolean, nullable=False),
    Column("metadata", JsonText, nullable=False),
    Column("image_metadata", JsonText, nullable=False),
    Column("volume_metadata", JsonText, nullable=False),
    Column("blob", Id, unique=True),  # its bytes, in the image store
    Column("blob_size", BigInteger),
    Column("sha512", String(128)),
    Column("upload_blob", Id, unique=True),
    Column("task_id", Id),
    Column("fault", Text),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("ix_backups_project", backups.c.project_id, backups.c.created, backups.c.id)

volume_transfers = Table(
    "volume_transfers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False, index=True),
    Column("volume_id", Id, ForeignKey(volumes.c.id), nullable=False, unique=True),
    Column("name", Name),
    Column("key_hash", String(128), nullable=False),
    Column("no_snapshots", Boolean, nullable=False),
    Column("created", UtcDateTime, nullable=False),
)

disk_tasks = Table(
    "disk_tasks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("cluster_id", Id, ForeignKey("clusters.id"), nullable=False),
    Column("project_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("volume_id", Id, index=True),
    Column("snapshot_id", Id, index=True),
    Column("backup_id", Id),
    Column("image_id", Id),
    Column("server_id", Id),
    Column("plan", JsonText, nullable=False),  # JSON list: the steps, as they were decided
    Column("step", Integer, nullable=False),
    Column("facts", JsonText, nullable=False),  # JSON: what its steps need and have found out
    Column("effect_id", Id),
    Column("state", String(16), nullable=False),  # running, undoing, done, failed
    Column("message", Text),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime),
    Column("version", Integer, nullable=False),
)
Index(
    "ix_disk_tasks_open",
    disk_tasks.c.cluster_id,
    disk_tasks.c.created,
    postgresql_where=disk_tasks.c.finished.is_(None),
    sqlite_where=disk_tasks.c.finished.is_(None),
)

builds = Table(
    "builds",
    metadata,
    Column("effect_id", Id, primary_key=True),
    Column("cluster_id", Id, nullable=False),
    Column("instance", Name, nullable=False),
    Column("ticket_hash", String(128), nullable=False, unique=True),
    Column("orders", JsonText, nullable=False),  # JSON: what to do; nothing secret
    Column("blob", Id, index=True),  # the bytes that it reads: kept until it has ended
    Column("expires", UtcDateTime, nullable=False),
    Column("created", UtcDateTime, nullable=False),
)

server_guests = Table(
    "server_guests",
    metadata,
    Column("server_id", Id, ForeignKey("servers.id"), primary_key=True),
    Column("public_keys", JsonText, nullable=False),  # JSON object: name to key
    Column("user_data", Text),  # sealed, base64
)
