"""Routers; their gateways and interfaces are ports with the router as device."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata
from cyclades.adapters.sql.schema.lists import JsonTuple
from cyclades.domain.model.subnet import HostRoute

routers = Table(
    "routers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("name", Name, nullable=False),
    Column("description", Name, nullable=False),
    Column("admin_state_up", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("external_network_id", Id, ForeignKey("networks.id"), index=True),
    Column("enable_snat", Boolean, nullable=False),
    Column("routes", JsonTuple(HostRoute), nullable=False),
    Column("tags", JsonTuple(), nullable=False),
    Column("gateway_host", Name, nullable=False),  # which one carries its traffic
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("ix_routers_project", routers.c.project_id, routers.c.id)

# What gateway hosts last reported; rows outlive their routers until the host has let go.
router_reports = Table(
    "router_reports",
    metadata,
    Column("router_id", Id, primary_key=True),
    Column("gateway_host", Name, nullable=False, index=True),
    Column("digest", String(64), nullable=False),  # of the desired state that is applied
    Column("trouble", Text, nullable=False),  # empty: it is as it should be
    Column("reported", UtcDateTime, nullable=False),
)
