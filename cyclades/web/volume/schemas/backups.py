"""Bodies and queries of /backups. Source: Block Storage API reference, "Backups"."""

import colander

from cyclades.web.schema_types import boolean, mapping, text
from cyclades.web.volume.listing import Filter, Lists
from cyclades.web.volume.schemas.words import metadata, name_and_description

SORTABLE = ("id", "name", "status", "size", "created_at", "updated_at", "volume_id", "snapshot_id")
LISTS = Lists(
    {
        "name": Filter("name"),
        "status": Filter("status"),
        "volume_id": Filter("volume_id"),
        "project_id": Filter("project_id", admin=True),
    },
    {name: name for name in SORTABLE},
    ("name", "status", "volume_id"),
)
LIST = LISTS.query
CREATE = mapping(
    "",
    mapping(
        "backup",
        text("volume_id", minimum=1, maximum=64),
        *name_and_description(),
        text("container", missing=None, nullable=True),
        boolean("incremental", missing=False),
        boolean("force", missing=False),
        text("snapshot_id", minimum=1, maximum=64, missing=None, nullable=True),
        metadata(missing=None, nullable=True),
        unknown="ignore",
    ),
)
UPDATE = mapping(
    "",
    mapping(
        "backup",
        *name_and_description(),
        metadata(missing=colander.drop, nullable=True),
        unknown="ignore",
    ),
)
RESTORE = mapping(
    "",
    mapping(
        "restore",
        text("volume_id", minimum=1, maximum=64, missing=None, nullable=True),
        text("name", missing=None, nullable=True),
        unknown="ignore",
    ),
)
