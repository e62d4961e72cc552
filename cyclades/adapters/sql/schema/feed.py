"""The feed: what changed, in order; never what it changed to."""

from sqlalchemy import Column, Index, Integer, String, Table

from cyclades.adapters.sql.schema.base import Id, UtcDateTime, metadata
from cyclades.adapters.sql.schema.effects import Sequence

feed = Table(
    "feed",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("object_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("project_id", Id),
    Column("created", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_feed_project", feed.c.project_id, feed.c.seq)
