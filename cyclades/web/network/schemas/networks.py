"""Bodies and queries of /networks. Source: Networking API v2.0, "Networks"."""

import colander

from cyclades.domain.model.network import DEFAULT_MTU
from cyclades.web.network.bodies import (
    OWNER,
    flag,
    name_and_words,
    one,
    one_or_many,
    owner,
    tag_list,
)
from cyclades.web.network.listing import list_query, number, standard, truth, word
from cyclades.web.schema_types import integer, sequence, text

LEAST_MTU = 68
LARGEST_MTU = 9216
NAMES = OWNER | {
    "router:external": "external",
    "provider:network_type": "network_type",
    "provider:physical_network": "physical_network",
    "provider:segmentation_id": "segmentation_id",
    "SNF:network_flavor": "flavor",
    "SNF:mac_prefix": "mac_prefix",
}
LONGEST = 64
# What every network is: a filter finds all or nothing.
SAME_FOR_ALL = {"status": "ACTIVE"}


def mtu() -> colander.SchemaNode:
    """Bytes; 0 asks for the default."""
    return colander.SchemaNode(
        integer("mtu").typ,
        name="mtu",
        missing=colander.drop,
        preparer=lambda value: DEFAULT_MTU if value == 0 else value,
        validator=colander.Range(min=LEAST_MTU, max=LARGEST_MTU),
    )


def how_it_is_made() -> list[colander.SchemaNode]:
    """Its flavor, or an administrator's own words; null says nothing."""
    names = ("provider:network_type", "provider:physical_network")
    words = [
        text(name, maximum=LONGEST, missing=colander.drop, nullable=True)
        for name in (*names, "SNF:network_flavor", "SNF:mac_prefix")
    ]
    number = integer("provider:segmentation_id", missing=colander.drop, nullable=True)
    return [*words, number]


CHANGEABLE = [
    *name_and_words(),
    flag("admin_state_up"),
    flag("shared"),
    flag("router:external"),
    flag("is_default"),
    flag("port_security_enabled"),
    mtu(),
]
CREATE = one_or_many(
    "network",
    "networks",
    [
        *CHANGEABLE,
        *owner(),
        tag_list(),
        *how_it_is_made(),
        # There are no zones that a network could be asked to be in.
        sequence("availability_zone_hints", text("zone"), maximum=0, missing=colander.drop),
    ],
)
UPDATE = one("network", CHANGEABLE)
FILTERS = standard(
    {
        "status": word,
        "admin_state_up": truth,
        "shared": truth,
        "router:external": truth,
        "is_default": truth,
        "mtu": number,
        "port_security_enabled": truth,
    }
)
LIST = list_query(
    FILTERS,
    (
        "id",
        "name",
        "description",
        "project_id",
        "tenant_id",
        "admin_state_up",
        "shared",
        "router:external",
        "mtu",
        "created_at",
        "updated_at",
        "revision_number",
    ),
)
