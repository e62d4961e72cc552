"""Bodies and queries of /snapshots. Source: Block Storage API reference, "Volume snapshots"."""

from cyclades.web.microversions import Microversion
from cyclades.web.schema_types import boolean, mapping, text
from cyclades.web.volume.listing import Filter, Lists, flag, texts
from cyclades.web.volume.schemas.words import metadata, name_and_description

BY_METADATA = Microversion(3, 22)
CONSUMES = Microversion(3, 65)
SORTABLE = ("id", "name", "status", "size", "created_at", "updated_at", "volume_id")
LISTS = Lists(
    {
        "name": Filter("name"),
        "display_name": Filter("name"),
        "status": Filter("status"),
        "volume_id": Filter("volume_id"),
        "project_id": Filter("project_id", admin=True),
        "metadata": Filter("metadata", texts, BY_METADATA),
        "consumes_quota": Filter("consumes_quota", flag, CONSUMES),
    },
    {name: name for name in SORTABLE} | {"display_name": "name", "volume_size": "size"},
    ("name", "status", "volume_id"),
)
LIST = LISTS.query
CREATE = mapping(
    "",
    mapping(
        "snapshot",
        text("volume_id", maximum=64, nullable=True),
        *name_and_description(),
        boolean("force", missing=None),
        metadata(missing=None, nullable=True),
        unknown="ignore",
    ),
)
UPDATE = mapping("", mapping("snapshot", *name_and_description(), unknown="ignore"))
