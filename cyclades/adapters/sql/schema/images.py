"""Images and their members."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from cyclades.adapters.sql.schema.base import Id, UtcDateTime, metadata

# Names sort by code point on every database, as clients sort them.
SortedName = String(255).with_variant(String(255, collation="C"), "postgresql")
Json = JSON().with_variant(JSONB(), "postgresql")

images = Table(
    "images",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner", Id, nullable=False),
    Column("name", SortedName),
    Column("status", String(16), nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("container_format", String(32)),
    Column("disk_format", String(32)),
    Column("min_disk", Integer, nullable=False),
    Column("min_ram", Integer, nullable=False),
    Column("protected", Boolean, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("properties", Json, nullable=False),  # object of texts
    Column("tags", Json, nullable=False),  # sorted list of texts
    Column("blob", Id, unique=True),
    Column("size", BigInteger),
    Column("virtual_size", BigInteger),
    Column("md5", String(32)),
    Column("sha512", String(128)),
    Column("upload_blob", Id, unique=True),
    Column("upload_seen", UtcDateTime),
    Column("upload_reserved", BigInteger, nullable=False, default=0, server_default="0"),
    # Why the last import failed.
    Column("trouble", Text, nullable=False, default="", server_default=""),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("ix_images_owner", images.c.owner, images.c.created, images.c.id)
Index("ix_images_visibility", images.c.visibility, images.c.created, images.c.id)
Index("ix_images_name", images.c.name)
Index("ix_images_upload_seen", images.c.upload_seen)

# Clients choose ids, and scripts name images by them: who names one that is gone must not get
# what somebody else has made under its id since.
deleted_images = Table("deleted_images", metadata, Column("id", Id, primary_key=True))

image_members = Table(
    "image_members",
    metadata,
    Column("image_id", Id, ForeignKey(images.c.id, ondelete="CASCADE"), primary_key=True),
    Column("project_id", Id, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
)
Index("ix_image_members_project", image_members.c.project_id, image_members.c.status)
