"""Volumes: types, snapshots, backups, transfers, tasks on disks; what guests are told."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN = sa.text("finished IS NULL")
MOMENT = sa.DateTime(timezone=True)
ID, NAME, WORD = sa.String(length=64), sa.String(length=255), sa.String(length=32)


def upgrade() -> None:
    """Add the tables, and what refers to them."""
    upgrade_types()
    upgrade_volumes()
    upgrade_copies()
    upgrade_tasks()
    upgrade_indexes()
    op.execute(
        "INSERT INTO volume_types (id, name, description, is_public, extra_specs, created,"
        " updated, version) VALUES ('00000000-0000-7000-8000-0000000000d1', '__DEFAULT__',"
        " 'Default Volume Type', true, '{}', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 1)"
    )
    with op.batch_alter_table("effects") as effects:
        effects.add_column(sa.Column("task_id", ID, nullable=True))
    with op.batch_alter_table("servers") as servers:
        servers.add_column(sa.Column("disk_template", WORD, nullable=False, server_default=""))


def upgrade_types() -> None:
    """Kinds of volumes, and who may use them."""
    op.create_table(
        "volume_types",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("extra_specs", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_types")),
        sa.UniqueConstraint("name", name=op.f("uq_volume_types_name")),
    )
    op.create_table(
        "volume_type_access",
        sa.Column("type_id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["type_id"],
            ["volume_types.id"],
            name=op.f("fk_volume_type_access_type_id_volume_types"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("type_id", "project_id", name=op.f("pk_volume_type_access")),
    )


def upgrade_volumes() -> None:
    """Volumes, and the servers that have them."""
    op.create_table(
        "volumes",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("type_id", ID, nullable=False),
        sa.Column("availability_zone", NAME, nullable=False),
        sa.Column("cluster_id", ID, nullable=True),
        sa.Column("disk_template", WORD, nullable=False),
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("holder", sa.Boolean(), nullable=False),
        sa.Column("bootable", sa.Boolean(), nullable=False),
        sa.Column("readonly", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("image_metadata", sa.Text(), nullable=False),
        sa.Column("image_id", ID, nullable=True),
        sa.Column("snapshot_id", ID, nullable=True),
        sa.Column("source_volid", ID, nullable=True),
        sa.Column("task_id", ID, nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.id"], name=op.f("fk_volumes_cluster_id_clusters")
        ),
        sa.ForeignKeyConstraint(
            ["type_id"], ["volume_types.id"], name=op.f("fk_volumes_type_id_volume_types")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volumes")),
    )
    op.create_table(
        "volume_attachments",
        sa.Column("id", ID, nullable=False),
        sa.Column("volume_id", ID, nullable=False),
        sa.Column("server_id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("device", WORD, nullable=False),
        sa.Column("boot_index", sa.Integer(), nullable=True),
        sa.Column("delete_on_termination", sa.Boolean(), nullable=False),
        sa.Column("tag", NAME, nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["server_id"], ["servers.id"], name=op.f("fk_volume_attachments_server_id_servers")
        ),
        sa.ForeignKeyConstraint(
            ["volume_id"], ["volumes.id"], name=op.f("fk_volume_attachments_volume_id_volumes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_attachments")),
        sa.UniqueConstraint(
            "server_id", "device", name=op.f("uq_volume_attachments_server_id_device")
        ),
        sa.UniqueConstraint("volume_id", name=op.f("uq_volume_attachments_volume_id")),
    )


def upgrade_copies() -> None:
    """Snapshots, backups, offers."""
    op.create_table(
        "snapshots",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("volume_id", ID, nullable=False),
        sa.Column("type_id", ID, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("cluster_id", ID, nullable=True),
        sa.Column("disk_template", WORD, nullable=False),
        sa.Column("holder", sa.Boolean(), nullable=False),
        sa.Column("bootable", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("image_metadata", sa.Text(), nullable=False),
        sa.Column("task_id", ID, nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.id"], name=op.f("fk_snapshots_cluster_id_clusters")
        ),
        sa.ForeignKeyConstraint(
            ["type_id"], ["volume_types.id"], name=op.f("fk_snapshots_type_id_volume_types")
        ),
        sa.ForeignKeyConstraint(
            ["volume_id"], ["volumes.id"], name=op.f("fk_snapshots_volume_id_volumes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "backups",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("volume_id", ID, nullable=False),
        sa.Column("snapshot_id", ID, nullable=True),
        sa.Column("name", NAME, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("container", NAME, nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("availability_zone", NAME, nullable=False),
        sa.Column("disk_format", sa.String(length=16), nullable=True),
        sa.Column("bootable", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("image_metadata", sa.Text(), nullable=False),
        sa.Column("volume_metadata", sa.Text(), nullable=False),
        sa.Column("blob", ID, nullable=True),
        sa.Column("blob_size", sa.BigInteger(), nullable=True),
        sa.Column("sha512", sa.String(length=128), nullable=True),
        sa.Column("upload_blob", ID, nullable=True),
        sa.Column("task_id", ID, nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backups")),
        sa.UniqueConstraint("blob", name=op.f("uq_backups_blob")),
        sa.UniqueConstraint("upload_blob", name=op.f("uq_backups_upload_blob")),
    )
    op.create_table(
        "volume_transfers",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("volume_id", ID, nullable=False),
        sa.Column("name", NAME, nullable=True),
        sa.Column("key_hash", sa.String(length=128), nullable=False),
        sa.Column("no_snapshots", sa.Boolean(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["volume_id"], ["volumes.id"], name=op.f("fk_volume_transfers_volume_id_volumes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_transfers")),
        sa.UniqueConstraint("volume_id", name=op.f("uq_volume_transfers_volume_id")),
    )


def upgrade_tasks() -> None:
    """What is done to disks, and what scripts that fill them are told."""
    op.create_table(
        "disk_tasks",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("cluster_id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("volume_id", ID, nullable=True),
        sa.Column("snapshot_id", ID, nullable=True),
        sa.Column("backup_id", ID, nullable=True),
        sa.Column("image_id", ID, nullable=True),
        sa.Column("server_id", ID, nullable=True),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("effect_id", ID, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.Column("finished", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.id"], name=op.f("fk_disk_tasks_cluster_id_clusters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disk_tasks")),
    )
    op.create_table(
        "builds",
        sa.Column("effect_id", ID, nullable=False),
        sa.Column("cluster_id", ID, nullable=False),
        sa.Column("instance", NAME, nullable=False),
        sa.Column("ticket_hash", sa.String(length=128), nullable=False),
        sa.Column("orders", sa.Text(), nullable=False),
        sa.Column("blob", ID, nullable=True),
        sa.Column("expires", MOMENT, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("effect_id", name=op.f("pk_builds")),
        sa.UniqueConstraint("ticket_hash", name=op.f("uq_builds_ticket_hash")),
    )
    op.create_table(
        "server_guests",
        sa.Column("server_id", ID, nullable=False),
        sa.Column("public_keys", sa.Text(), nullable=False),
        sa.Column("user_data", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["server_id"], ["servers.id"], name=op.f("fk_server_guests_server_id_servers")
        ),
        sa.PrimaryKeyConstraint("server_id", name=op.f("pk_server_guests")),
    )


def upgrade_indexes() -> None:
    """What lists and cascades look by."""
    op.create_index("ix_backups_project", "backups", ["project_id", "created", "id"])
    op.create_index("ix_backups_volume_id", "backups", ["volume_id"])
    op.create_index("ix_builds_blob", "builds", ["blob"])
    op.create_index(
        "ix_disk_tasks_open",
        "disk_tasks",
        ["cluster_id", "created"],
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    op.create_index("ix_disk_tasks_snapshot_id", "disk_tasks", ["snapshot_id"])
    op.create_index("ix_disk_tasks_volume_id", "disk_tasks", ["volume_id"])
    op.create_index("ix_volumes_cluster", "volumes", ["cluster_id"])
    op.create_index("ix_volumes_project", "volumes", ["project_id", "created", "id"])
    op.create_index("ix_volumes_source_volid", "volumes", ["source_volid"])
    op.create_index("ix_volumes_type", "volumes", ["type_id"])
    op.create_index("ix_snapshots_project", "snapshots", ["project_id", "created", "id"])
    op.create_index("ix_snapshots_volume_id", "snapshots", ["volume_id"])
    op.create_index("ix_volume_transfers_project_id", "volume_transfers", ["project_id"])


def downgrade() -> None:
    """Remove them; what was being done to disks is forgotten."""
    with op.batch_alter_table("servers") as servers:
        servers.drop_column("disk_template")
    op.execute("DELETE FROM effects WHERE task_id IS NOT NULL")
    with op.batch_alter_table("effects", table_kwargs={"sqlite_autoincrement": True}) as effects:
        effects.drop_column("task_id")
    tables = ("server_guests", "builds", "disk_tasks", "volume_transfers", "backups", "snapshots")
    for name in (*tables, "volume_attachments", "volumes", "volume_type_access", "volume_types"):
        op.drop_table(name)
