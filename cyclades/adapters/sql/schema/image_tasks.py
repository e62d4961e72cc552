"""Imports: what workers do to images that wait for their bytes."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from cyclades.adapters.sql.schema.base import Id, UtcDateTime, metadata
from cyclades.adapters.sql.schema.images import images

image_tasks = Table(
    "image_tasks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("image_id", Id, ForeignKey(images.c.id, ondelete="CASCADE"), nullable=False),
    Column("owner", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("method", String(32), nullable=False),
    Column("uri", Text),  # where from; forgotten once the task is done: it may hold a secret
    Column("status", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("due", UtcDateTime, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime),
)
Index("ix_image_tasks_image_id", image_tasks.c.image_id, image_tasks.c.id)
Index("ix_image_tasks_finished", image_tasks.c.finished)
Index(
    "ix_image_tasks_due",
    image_tasks.c.due,
    postgresql_where=image_tasks.c.finished.is_(None),
    sqlite_where=image_tasks.c.finished.is_(None),
)
