"""The feed: what changed, in order; never what it changed to."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata
from cyclades.adapters.sql.schema.effects import Sequence

feed = Table(
    "feed",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("object_id", Name, nullable=False),
    Column("version", Integer, nullable=False),
    Column("project_id", Id),
    # The transaction that wrote the row: who reads in the order of (xact, seq), below the
    # oldest transaction that still runs, misses nothing. Always 0 in SQLite, which has one
    # writer at a time.
    Column("xact", BigInteger, nullable=False, server_default="0"),
    # Whether everybody may know, not the project alone.
    Column("public", Boolean, nullable=False, server_default="0"),
    Column("created", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_feed_position", feed.c.xact, feed.c.seq)
Index("ix_feed_created", feed.c.created)

feed_horizon = Table(
    "feed_horizon",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("xact", BigInteger, nullable=False),  # the newest row that was dropped
    Column("seq", BigInteger, nullable=False),
)

feed_tickets = Table(
    "feed_tickets",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 in hex: a ticket is a secret
    Column("caller", Text, nullable=False),  # JSON: who may read with it
    Column("expires", UtcDateTime, nullable=False),
)
