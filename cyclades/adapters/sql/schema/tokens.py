"""What makes tokens void, and who failed to get one."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from cyclades.adapters.sql.schema.base import Id, UtcDateTime, metadata

revocations = Table(
    "revocations",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("created", UtcDateTime, nullable=False),
)
Index("ix_revocations_created", revocations.c.created)

# One row. Its lock, held until the commit, makes the numbers follow the commits: a reader
# who has seen a number has seen all below it.
revocation_counter = Table(
    "revocation_counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("who", String(64), primary_key=True),  # a digest: names of users are not kept
    Column("address", Id, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("ends", UtcDateTime, nullable=False),
)
Index("ix_login_failures_ends", login_failures.c.ends)
