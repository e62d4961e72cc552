"""Documents of adapters that keep a world of their own."""

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from cyclades.adapters.sql.schema.base import metadata

documents = Table(
    "documents",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
