"""Bodies and queries of /types. Source: Block Storage API reference, "Volume types"."""

import colander

from cyclades.web.microversions import Microversion
from cyclades.web.schema_types import boolean, mapping, text
from cyclades.web.volume.listing import Filter, Lists, texts
from cyclades.web.volume.schemas.words import metadata

BY_SPECS = Microversion(3, 52)
LISTS = Lists(
    {
        "is_public": Filter("is_public"),
        "name": Filter("name"),
        "description": Filter("description"),
        "extra_specs": Filter("extra_specs", texts, BY_SPECS),
    },
    {name: name for name in ("id", "name", "is_public", "description", "created_at", "updated_at")},
)
LIST = LISTS.query
ACCESS = "os-volume-type-access:is_public"
NAME = r"^\s*\S.*\Z"
CREATE = mapping(
    "",
    mapping(
        "volume_type",
        text("name", minimum=1, pattern=NAME),
        text("description", nullable=True, missing=None),
        boolean(ACCESS, missing=True),
        metadata("extra_specs", missing=None, nullable=True),
        unknown="ignore",
    ),
)
UPDATE = mapping(
    "",
    mapping(
        "volume_type",
        text("name", minimum=1, pattern=NAME, nullable=True, missing=None),
        text("description", nullable=True, missing=colander.drop),
        boolean("is_public", missing=colander.drop),
        unknown="ignore",
    ),
)
SPECS = mapping("", metadata("extra_specs"))
SPEC = metadata("")
ENCRYPTION = mapping("", mapping("encryption", unknown="ignore"))
PROJECT = text("project", minimum=1, maximum=64, pattern=r"^[a-zA-Z0-9-]*\Z")
ACTION = mapping(
    "",
    mapping("addProjectAccess", PROJECT, missing=None),
    mapping("removeProjectAccess", PROJECT, missing=None),
)
