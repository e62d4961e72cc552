"""Body of /quotas: Cyclades' own, in the form of the network service's."""

import colander

from cyclades.domain.model.quota import IMAGE, LARGEST
from cyclades.web.schema_types import integer, mapping

UPDATE = mapping(
    "",
    mapping(
        "quota",
        *(integer(name, minimum=-1, maximum=LARGEST, missing=colander.drop) for name in IMAGE),
    ),
)
