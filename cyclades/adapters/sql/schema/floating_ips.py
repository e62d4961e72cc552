"""Floating IPs; each address is held by a port of its own, with the floating IP as device."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata
from cyclades.adapters.sql.schema.lists import JsonTuple

floating_ips = Table(
    "floating_ips",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("description", Name, nullable=False),
    Column("network_id", Id, ForeignKey("networks.id"), nullable=False),
    Column("address", String(64), nullable=False),
    Column("port_id", Id, ForeignKey("ports.id"), index=True),  # null: not associated
    Column("fixed_ip", String(64)),
    Column("router_id", Id, ForeignKey("routers.id"), index=True),  # null: directly on the NIC
    Column("status", String(16), nullable=False),
    Column("dns_name", Name, nullable=False),
    Column("dns_domain", Name, nullable=False),
    Column("tags", JsonTuple(), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("network_id", "address"),
    UniqueConstraint("port_id", "fixed_ip", "network_id"),
)
Index("ix_floating_ips_project", floating_ips.c.project_id, floating_ips.c.id)
