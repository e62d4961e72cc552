"""Answers to creating requests that carried an Idempotency-Key."""

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from cyclades.adapters.sql.schema.base import Id, UtcDateTime, metadata

idempotency = Table(
    "idempotency",
    metadata,
    Column("user_id", Id, primary_key=True),
    Column("project_id", Id, primary_key=True),
    Column("route", String(255), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("location", String(1024), nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed: it may hold an adminPass
    Column("created", UtcDateTime, nullable=False),
)
