"""Bodies and queries of /security-groups. Source: Networking API v2.0, "Security groups"."""

from cyclades.web.network.bodies import (
    OWNER,
    flag,
    name_and_words,
    one,
    one_or_many,
    owner,
    tag_list,
)
from cyclades.web.network.listing import list_query, standard, truth

NAMES = OWNER
SAME_FOR_ALL = {"shared": False}

CHANGEABLE = [*name_and_words(), flag("stateful")]
CREATE = one_or_many("security_group", "security_groups", [*CHANGEABLE, *owner(), tag_list()])
UPDATE = one("security_group", CHANGEABLE)
LIST = list_query(
    standard({"stateful": truth, "shared": truth}),
    (
        "id",
        "name",
        "description",
        "project_id",
        "tenant_id",
        "created_at",
        "updated_at",
        "revision_number",
    ),
)
