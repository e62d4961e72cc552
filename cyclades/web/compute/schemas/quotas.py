"""Bodies and queries of /os-quota-sets.

Source: Compute API reference, "Quota sets (os-quota-sets)".
"""

import colander

from cyclades.domain.model.quota import LARGEST
from cyclades.web.compute.presenters.quotas import LAST_VERSION
from cyclades.web.schema_types import boolean, integer, mapping, text

QUERY = mapping("", text("user_id", missing=None), unknown="ignore")
UPDATE = mapping(
    "",
    mapping(
        "quota_set",
        *(
            integer(name, minimum=-1, maximum=LARGEST, missing=colander.drop)
            for name in LAST_VERSION
        ),
        boolean("force", missing=False),
    ),
)
