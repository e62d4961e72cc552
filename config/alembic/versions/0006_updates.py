"""What the update path in full needs: feed, progress, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add columns and tables; what is there stays."""
    op.add_column("clusters", sa.Column("heard", MOMENT, nullable=True))
    op.add_column("clusters", sa.Column("heard_token", sa.String(length=64), nullable=True))
    op.add_column("clusters", sa.Column("trouble", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "effects", sa.Column("overdue", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("effects", sa.Column("crashes", sa.Integer(), nullable=False, server_default="0"))
    upgrade_feed()
    op.create_table(
        "instance_action_events",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("action_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("result", sa.String(length=16), nullable=True),
        sa.Column("started", MOMENT, nullable=False),
        sa.Column("finished", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance_action_events")),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["instance_actions.id"],
            name=op.f("fk_instance_action_events_action_id_instance_actions"),
        ),
    )
    op.create_index(
        op.f("ix_instance_action_events_action_id"), "instance_action_events", ["action_id"]
    )
    op.create_table(
        "divergences",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("cluster_id", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.String(length=255), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("repairable", sa.Boolean(), nullable=False),
        sa.Column("sightings", sa.Integer(), nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("last_seen", MOMENT, nullable=False),
        sa.Column("healed", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("kind", "cluster_id", "object_id", name=op.f("pk_divergences")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def upgrade_feed() -> None:
    """Rows know their transaction; readers know what was dropped, and prove who they are."""
    op.add_column(
        "feed", sa.Column("xact", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column(
        "feed", sa.Column("public", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    # Ids of flavors are whatever administrators choose.
    with op.batch_alter_table("feed", table_kwargs={"sqlite_autoincrement": True}) as feed:
        feed.alter_column(
            "object_id",
            existing_type=sa.String(length=64),
            type_=sa.String(length=255),
            existing_nullable=False,
        )
    op.drop_index("ix_feed_project", "feed")
    op.create_index(op.f("ix_feed_position"), "feed", ["xact", "seq"])
    op.create_index(op.f("ix_feed_created"), "feed", ["created"])
    op.create_table(
        "feed_horizon",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("xact", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_horizon")),
    )
    op.create_table(
        "feed_tickets",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_feed_tickets")),
    )


def downgrade() -> None:
    """Remove them."""
    for table in ("leases", "divergences", "instance_action_events", "feed_tickets"):
        op.drop_table(table)
    op.drop_table("feed_horizon")
    op.drop_index("ix_feed_created", "feed")
    op.drop_index("ix_feed_position", "feed")
    op.create_index(op.f("ix_feed_project"), "feed", ["project_id", "seq"])
    with op.batch_alter_table("feed", table_kwargs={"sqlite_autoincrement": True}) as feed:
        feed.drop_column("public")
        feed.drop_column("xact")
        feed.alter_column(
            "object_id",
            existing_type=sa.String(length=255),
            type_=sa.String(length=64),
            existing_nullable=False,
            postgresql_using="left(object_id, 64)",
        )
    with op.batch_alter_table("effects") as effects:
        effects.drop_column("crashes")
        effects.drop_column("overdue")
    with op.batch_alter_table("clusters") as clusters:
        clusters.drop_column("trouble")
        clusters.drop_column("heard_token")
        clusters.drop_column("heard")
