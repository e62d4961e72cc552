"""Images in full: imports, and why one failed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OPEN = sa.text("finished IS NULL")
MOMENT = sa.DateTime(timezone=True)
ID, WORD, LONG = sa.String(length=64), sa.String(length=16), sa.Text()


def upgrade() -> None:
    """Add the table of imports, and images' trouble."""
    with op.batch_alter_table("images") as images:
        images.add_column(sa.Column("trouble", sa.Text(), nullable=False, server_default=""))
        images.add_column(
            sa.Column("upload_reserved", sa.BigInteger(), nullable=False, server_default="0")
        )
    op.create_table(
        "image_tasks",
        sa.Column("id", ID, nullable=False),
        sa.Column("image_id", ID, nullable=False),
        sa.Column("owner", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("uri", LONG, nullable=True),
        sa.Column("status", WORD, nullable=False),
        sa.Column("message", LONG, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.Column("finished", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_tasks")),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_image_tasks_image_id_images"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_image_tasks_image_id", "image_tasks", ["image_id", "id"])
    op.create_index("ix_image_tasks_finished", "image_tasks", ["finished"])
    op.create_index(
        "ix_image_tasks_due", "image_tasks", ["due"], postgresql_where=OPEN, sqlite_where=OPEN
    )


def downgrade() -> None:
    """Remove them: images that wait for an import wait for an upload again."""
    op.drop_table("image_tasks")
    op.execute(
        "UPDATE images SET status = 'queued', blob = NULL, size = NULL, virtual_size = NULL,"
        " md5 = NULL, sha512 = NULL, upload_blob = NULL, upload_seen = NULL"
        " WHERE status = 'importing'"
    )
    with op.batch_alter_table("images") as images:
        images.drop_column("upload_reserved")
        images.drop_column("trouble")
