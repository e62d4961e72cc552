"""Keypairs: a user's public keys."""

from sqlalchemy import Column, String, Table, Text, UniqueConstraint

from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata

keypairs = Table(
    "keypairs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, nullable=False),
    Column("name", Name, nullable=False),
    Column("type", String(16), nullable=False),
    Column("fingerprint", String(128), nullable=False),
    Column("public_key", Text, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    UniqueConstraint("user_id", "name"),
)
