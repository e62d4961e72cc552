"""Bodies and queries of /floatingips. Source: Networking API v2.0, "Floating IPs"."""

from typing import Any

import colander

from cyclades.web.network.bodies import OWNER, one, one_or_many, owner, tag_list
from cyclades.web.network.listing import list_query, standard, word
from cyclades.web.network.schemas.ports import LABEL
from cyclades.web.schema_types import text

NAMES = OWNER | {
    "floating_network_id": "network_id",
    "floating_ip_address": "address",
    "fixed_ip_address": "fixed_ip",
}


def short(name: str, *, nullable: bool = True) -> colander.SchemaNode:
    """The text of an id or an address; null says nothing."""
    return text(name, minimum=1, maximum=64, missing=colander.drop, nullable=nullable)


def network() -> Any:
    """Where the address is from."""
    return text("floating_network_id", minimum=1, maximum=64)


CHANGEABLE = [
    text("description", missing=colander.drop),
    short("port_id"),
    short("fixed_ip_address"),
]
CREATE = one_or_many(
    "floatingip",
    "floatingips",
    [
        *CHANGEABLE,
        network(),
        short("floating_ip_address"),
        short("subnet_id"),
        text("dns_name", maximum=63, pattern=LABEL, missing=colander.drop),
        text("dns_domain", missing=colander.drop),
        *owner(),
        tag_list(),
    ],
)
UPDATE = one("floatingip", CHANGEABLE)
KEYS = (
    "floating_network_id",
    "floating_ip_address",
    "port_id",
    "fixed_ip_address",
    "router_id",
    "status",
    "dns_name",
    "dns_domain",
)
FILTERS = {
    name: node
    for name, node in standard(dict.fromkeys(KEYS, word)).items()
    if name != "name"  # floating IPs have none
}
LIST = list_query(
    FILTERS,
    (
        "id",
        "description",
        "project_id",
        "tenant_id",
        *KEYS,
        "created_at",
        "updated_at",
        "revision_number",
    ),
)
