"""Ports, and which security groups they are in."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata
from cyclades.adapters.sql.schema.lists import JsonTuple
from cyclades.domain.model.port import AddressPair, DhcpOption

ports = Table(
    "ports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("network_id", Id, ForeignKey("networks.id"), nullable=False),
    Column("name", Name, nullable=False),
    Column("description", Name, nullable=False),
    Column("mac", String(17), nullable=False, index=True),
    Column("admin_state_up", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("device_id", Name, nullable=False, index=True),  # empty: free
    Column("device_owner", Name, nullable=False),
    Column("keep", Boolean, nullable=False),
    Column("port_security_enabled", Boolean, nullable=False),
    Column("allowed_address_pairs", JsonTuple(AddressPair), nullable=False),
    Column("extra_dhcp_opts", JsonTuple(DhcpOption), nullable=False),
    Column("position", Integer, nullable=False),
    Column("tag", String(64)),
    Column("firewall_profile", String(64)),  # null: none
    Column("dns_name", Name, nullable=False, server_default=""),
    Column("effect_id", Id),  # what plugs it in, changes it or unplugs it now
    Column("tags", JsonTuple(), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("network_id", "mac"),
)
Index("ix_ports_project", ports.c.project_id, ports.c.id)

port_security_groups = Table(
    "port_security_groups",
    metadata,
    Column("port_id", Id, ForeignKey("ports.id"), primary_key=True),
    Column("security_group_id", Id, ForeignKey("security_groups.id"), primary_key=True, index=True),
)
