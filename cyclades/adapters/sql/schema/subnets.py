"""Subnets, and one row for each address that is, was or may next be given out."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata
from cyclades.adapters.sql.schema.lists import JsonTuple
from cyclades.domain.model.addresses import Pool
from cyclades.domain.model.subnet import HostRoute

subnets = Table(
    "subnets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("network_id", Id, ForeignKey("networks.id"), nullable=False, index=True),
    Column("name", Name, nullable=False),
    Column("description", Name, nullable=False),
    Column("ip_version", Integer, nullable=False),
    Column("cidr", String(64), nullable=False),
    Column("gateway_ip", String(64)),
    Column("enable_dhcp", Boolean, nullable=False),
    Column("ipv6_ra_mode", String(32)),
    Column("ipv6_address_mode", String(32)),
    Column("pools", JsonTuple(Pool), nullable=False),
    Column("dns_nameservers", JsonTuple(), nullable=False),
    Column("host_routes", JsonTuple(HostRoute), nullable=False),
    Column("subnetpool_id", Id, ForeignKey("subnetpools.id"), index=True),
    Column("tags", JsonTuple(), nullable=False),
    Column("filled", String(64)),  # the last pool address that has a row; null: none has
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("ix_subnets_project", subnets.c.project_id, subnets.c.id)

# The primary key is what makes an address belong to one port only.
addresses = Table(
    "addresses",
    metadata,
    Column("network_id", Id, ForeignKey("networks.id"), primary_key=True),
    Column("address", String(64), primary_key=True),
    Column("subnet_id", Id, ForeignKey("subnets.id"), nullable=False, index=True),
    Column("ip_version", Integer, nullable=False),
    Column("number", String(32), nullable=False),  # hexadecimal: sorts as addresses do
    Column("pooled", Boolean, nullable=False),  # may be given to whoever asks for any
    Column("port_id", Id, ForeignKey("ports.id"), index=True),  # null: free
)
Index(
    "ix_addresses_free",
    addresses.c.subnet_id,
    addresses.c.number,
    postgresql_where=addresses.c.port_id.is_(None) & addresses.c.pooled,
    sqlite_where=addresses.c.port_id.is_(None) & (addresses.c.pooled == 1),
)
