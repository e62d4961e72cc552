"""Quotas: how much of a resource a project uses, and how much it may."""

from sqlalchemy import BigInteger, Column, String, Table

from cyclades.adapters.sql.schema.base import Id, metadata

quotas = Table(
    "quotas",
    metadata,
    Column("project_id", Id, primary_key=True),
    Column("resource", String(64), primary_key=True),
    Column("used", BigInteger, nullable=False, default=0),
    Column("limit", BigInteger),  # null: the installation's default; -1: no limit
)
