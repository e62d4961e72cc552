"""Bodies and queries of transfers. Source: Block Storage API reference, "Volume transfers"."""

from cyclades.web.schema_types import boolean, mapping, text
from cyclades.web.volume.listing import Filter, Lists

LISTS = Lists(
    {"name": Filter("name"), "volume_id": Filter("volume_id")},
    {name: name for name in ("id", "name", "created_at", "volume_id")},
)
LIST = LISTS.query
CREATE = mapping(
    "",
    mapping(
        "transfer",
        text("volume_id", minimum=1, maximum=64),
        text("name", nullable=True, missing=None),
        boolean("no_snapshots", missing=False),
        unknown="ignore",
    ),
)
ACCEPT = mapping("", mapping("accept", text("auth_key", minimum=1, maximum=255), unknown="ignore"))
