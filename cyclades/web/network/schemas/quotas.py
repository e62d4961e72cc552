"""Bodies of /quotas. Source: Networking API reference, "Quotas extension (quotas)"."""

import colander

from cyclades.domain.model.quota import LARGEST, NETWORK
from cyclades.web.schema_types import boolean, integer, mapping

UPDATE = mapping(
    "",
    mapping(
        "quota",
        *(integer(name, minimum=-1, maximum=LARGEST, missing=colander.drop) for name in NETWORK),
        boolean("check_limit", missing=False),
        boolean("force", missing=False),
    ),
)
