"""Bodies and queries of /flavors.

Source: Compute API reference, "Flavors", "Flavors access" and "Flavors extra-specs".
"""

import colander

from cyclades.domain.model.flavor import SORT_KEYS
from cyclades.web.schema_types import boolean, integer, mapping, number, text

NAME = text("name", minimum=1, pattern=r"^(?!\s)[^\x00-\x1f\x7f]*(?<!\s)\Z")
ID = text(
    "id",
    nullable=True,
    numbers=True,
    missing=None,
    pattern=r"^(?! )[a-zA-Z0-9. _-]*(?<! )\Z",
)
CREATE = mapping(
    "",
    mapping(
        "flavor",
        NAME,
        ID,
        integer("ram", minimum=1),
        integer("vcpus", minimum=1),
        integer("disk", minimum=0),
        integer("OS-FLV-EXT-DATA:ephemeral", minimum=0, missing=0),
        integer("swap", minimum=0, missing=0),
        number("rxtx_factor", maximum=1e9, missing=1.0),
        boolean("os-flavor-access:is_public", missing=True),
        text("description", maximum=65535, nullable=True, missing=colander.drop),
    ),
)
UPDATE = mapping("", mapping("flavor", text("description", maximum=65535, nullable=True)))
LIST = mapping(
    "",
    integer("limit", minimum=0, missing=None),
    text("marker", missing=None),
    text("is_public", missing=None),
    integer("minRam", minimum=0, missing=0),
    integer("minDisk", minimum=0, missing=0),
    text("sort_key", one_of=tuple(SORT_KEYS), missing="flavorid"),
    text("sort_dir", one_of=("asc", "desc"), missing="asc"),
    unknown="preserve",
)
PROJECT = text("tenant", minimum=1, maximum=64, pattern=r"^[a-zA-Z0-9-]*\Z")
ACTION = mapping(
    "",
    mapping("addTenantAccess", PROJECT, missing=None),
    mapping("removeTenantAccess", PROJECT, missing=None),
)
SPECS = mapping("", mapping("extra_specs", unknown="preserve"))
SPEC = mapping("", unknown="preserve")
