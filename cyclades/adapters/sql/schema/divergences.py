"""Where the database and the clusters, or the database and itself, do not agree."""

from sqlalchemy import Boolean, Column, Integer, String, Table, Text

from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata

divergences = Table(
    "divergences",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("cluster_id", Id, primary_key=True),  # "" when it is about no cluster
    Column("object_id", Name, primary_key=True),
    Column("detail", Text, nullable=False),
    Column("repairable", Boolean, nullable=False),
    Column("sightings", Integer, nullable=False),  # audits in a row that saw it
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("healed", UtcDateTime),  # null while it lasts
)
