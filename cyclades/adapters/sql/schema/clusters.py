"""Clusters, with sealed credentials and what the poller last saw."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, String, Table, Text

from cyclades.adapters.sql.schema.base import Id, Name, UtcDateTime, metadata
from cyclades.adapters.sql.schema.lists import Words

clusters = Table(
    "clusters",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Name, nullable=False, unique=True),
    Column("uuid", Id, nullable=False, unique=True),
    Column("driver", String(64), nullable=False),
    Column("endpoint", String(1024), nullable=False),
    Column("username", Name, nullable=False),
    Column("password", LargeBinary, nullable=False),  # sealed
    Column("fingerprint", String(128), nullable=False),
    Column("ca", Text, nullable=False),
    Column("options", Text, nullable=False),  # JSON
    Column("release", String(64), nullable=False),
    Column("disk_templates", Text, nullable=False),  # space separated
    Column("hypervisors", Text, nullable=False),
    Column("availability_zone", Name, nullable=False),
    Column("drained", Boolean, nullable=False),
    Column("offline", Boolean, nullable=False),
    Column("breaker_open", Boolean, nullable=False),
    Column("trouble", Text, nullable=False, server_default=""),  # why it does not answer
    Column("nodes", Integer, nullable=False),
    Column("cpus_total", Integer, nullable=False),
    Column("memory_total", BigInteger, nullable=False),
    Column("memory_free", BigInteger, nullable=False),
    Column("disk_total", BigInteger, nullable=False),
    Column("disk_free", BigInteger, nullable=False),
    Column("instances", Integer, nullable=False),
    Column("poller", String(64)),  # who holds the poll lease...
    Column("poll_until", UtcDateTime),  # ...and until when
    Column("heard", UtcDateTime),  # when its nodes were last heard through the broker
    Column("heard_token", String(64)),  # the token of their last test event
    Column("node_key", String(64)),  # digest of what its nodes read documents with
    Column("node_groups", Words(), nullable=False, server_default=""),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)
