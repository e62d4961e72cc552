"""Bodies and queries of /subnetpools. Source: Networking API v2.0, "Subnet pools"."""

import colander

from cyclades.domain.model.quota import LARGEST
from cyclades.web.network.bodies import (
    OWNER,
    flag,
    name_and_words,
    one,
    one_or_many,
    owner,
    tag_list,
)
from cyclades.web.network.listing import list_query, number, standard, truth
from cyclades.web.schema_types import integer, sequence, text

NAMES = OWNER
LENGTHS = ("default_prefixlen", "min_prefixlen", "max_prefixlen")


def prefixes(**more: object) -> colander.SchemaNode:
    """CIDRs."""
    prefix = text("prefix", minimum=1, maximum=64)
    return sequence("prefixes", prefix, maximum=100, **more)  # type: ignore[arg-type] # as it comes


CHANGEABLE = [
    *name_and_words(),
    *(integer(each, minimum=0, maximum=128, missing=colander.drop) for each in LENGTHS),
    integer("default_quota", minimum=0, maximum=LARGEST, missing=colander.drop, nullable=True),
    flag("is_default"),
]
CREATE = one_or_many(
    "subnetpool",
    "subnetpools",
    [
        *(node for node in CHANGEABLE if node.name != "name"),
        text("name", missing=""),
        prefixes(),
        flag("shared"),
        *owner(),
        tag_list(),
    ],
)
UPDATE = one("subnetpool", [*CHANGEABLE, prefixes(missing=colander.drop)])
LIST = list_query(
    standard(
        {
            "ip_version": number,
            "default_prefixlen": number,
            "min_prefixlen": number,
            "max_prefixlen": number,
            "default_quota": number,
            "shared": truth,
            "is_default": truth,
        }
    ),
    (
        "id",
        "name",
        "description",
        "project_id",
        "tenant_id",
        "ip_version",
        "default_prefixlen",
        "min_prefixlen",
        "max_prefixlen",
        "shared",
        "is_default",
        "created_at",
        "updated_at",
        "revision_number",
    ),
)
