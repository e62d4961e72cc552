"""Bodies and queries of /os-quota-sets, /os-quota-class-sets and /limits.

Source: Block Storage API reference, "Quota sets extension", "Quota class set extension", "Limits".
"""

import colander

from cyclades.domain.model.quota import LARGEST
from cyclades.web.schema_types import boolean, integer, mapping, text
from cyclades.web.volume.presenters.quotas import NAMES

QUERY = mapping("", boolean("usage", missing=False), unknown="ignore")
LIMITS = mapping("", text("project_id", minimum=1, maximum=64, missing=None), unknown="ignore")


def _limits(name: str) -> colander.SchemaNode:
    limits = (integer(n, minimum=-1, maximum=LARGEST, missing=colander.drop) for n in NAMES)
    return mapping("", mapping(name, *limits, boolean("force", missing=False), unknown="preserve"))


UPDATE = _limits("quota_set")
CLASS = _limits("quota_class_set")
