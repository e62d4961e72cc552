"""Effects: the outbox. One row for each command to a cluster, in the order of its server."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from cyclades.adapters.sql.schema.base import Id, UtcDateTime, metadata

Sequence = BigInteger().with_variant(Integer, "sqlite")

effects = Table(
    "effects",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    Column("cluster_id", Id, ForeignKey("clusters.id"), nullable=False),
    Column("server_id", Id, ForeignKey("servers.id")),  # null: about a network
    Column("network_id", Id),  # null: about a server
    # Effects of one subject (a server, or a network in a cluster) happen in their order...
    Column("subject", Id, nullable=False),
    Column("task_id", Id),  # the task on disks that it is a step of
    Column("waits_for", Id),  # ...and after this other effect has ended, however it did.
    Column("generation", Integer, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("operation", String(32), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("command", Text, nullable=False),  # JSON, nothing secret
    Column("guest", LargeBinary),  # sealed JSON; gone once a job exists
    Column("state", String(16), nullable=False),
    Column("uncertain", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("due", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("job_id", BigInteger),
    Column("job_rank", Integer, nullable=False, default=-1),
    Column("error", Text),
    # Attempts that met an error which nobody foresaw.
    Column("crashes", Integer, nullable=False, default=0, server_default="0"),
    # Past its deadline: its user was told, and it is still waited for.
    Column("overdue", Boolean, nullable=False, default=False, server_default="0"),
    Column("created", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime),
    sqlite_autoincrement=True,
)
Index(
    "ix_effects_live",
    effects.c.subject,
    effects.c.seq,
    postgresql_where=effects.c.finished.is_(None),
    sqlite_where=effects.c.finished.is_(None),
)
Index(
    "ix_effects_cluster",
    effects.c.cluster_id,
    effects.c.state,
    postgresql_where=effects.c.finished.is_(None),
    sqlite_where=effects.c.finished.is_(None),
)
