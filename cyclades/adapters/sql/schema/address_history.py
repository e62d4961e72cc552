"""Which server held which address from when to when."""

from sqlalchemy import Column, Index, String, Table

from cyclades.adapters.sql.schema.base import Id, UtcDateTime, metadata

# No foreign keys: history outlives what it tells of.
address_history = Table(
    "address_history",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address", String(64), nullable=False),
    Column("network_id", Id, nullable=False),
    Column("port_id", Id, nullable=False),
    Column("mac", String(17), nullable=False),
    Column("server_id", Id, nullable=False, index=True),
    Column("project_id", Id, nullable=False),
    Column("user_id", Id),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, index=True),  # null: still
)
Index("ix_address_history_address", address_history.c.address, address_history.c.since)
Index("ix_address_history_port", address_history.c.port_id)
