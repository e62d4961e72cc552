"""Leases: who does what only one at a time should do."""

from sqlalchemy import Column, String, Table

from cyclades.adapters.sql.schema.base import Name, UtcDateTime, metadata

leases = Table(
    "leases",
    metadata,
    Column("name", Name, primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)
