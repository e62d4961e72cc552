"""Bodies and queries of /subnets. Source: Networking API v2.0, "Subnets"."""

import colander

from cyclades.domain.model.subnet import IPV6_MODES
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
from cyclades.web.schema_types import integer, mapping, sequence, text

NAMES = OWNER | {"allocation_pools": "pools"}


def address(name: str, **more: object) -> colander.SchemaNode:
    """The text of an address."""
    return text(name, minimum=1, maximum=64, **({"missing": colander.drop} | more))


CHANGEABLE = [
    *name_and_words(),
    address("gateway_ip", nullable=True),
    flag("enable_dhcp"),
    sequence(
        "allocation_pools",
        mapping(
            "pool",
            address("start", missing=colander.required),
            address("end", missing=colander.required),
        ),
        maximum=100,
        missing=colander.drop,
    ),
    sequence("dns_nameservers", address("server"), maximum=20, missing=colander.drop),
    sequence(
        "host_routes",
        mapping(
            "route",
            address("destination", missing=colander.required),
            address("nexthop", missing=colander.required),
        ),
        maximum=100,
        missing=colander.drop,
    ),
]
MODES = [
    text(name, one_of=IPV6_MODES, missing=colander.drop, nullable=True)
    for name in ("ipv6_ra_mode", "ipv6_address_mode")
]
CREATE = one_or_many(
    "subnet",
    "subnets",
    [
        *CHANGEABLE,
        *MODES,
        *owner(),
        tag_list(),
        text("network_id", minimum=1, maximum=64),
        address("cidr"),
        text("subnetpool_id", minimum=1, maximum=64, missing=colander.drop, nullable=True),
        integer("prefixlen", minimum=0, maximum=128, missing=colander.drop),
        flag("use_default_subnetpool"),
        integer("ip_version", minimum=4, maximum=6, missing=colander.drop),
    ],
)
UPDATE = one("subnet", CHANGEABLE)
LIST = list_query(
    standard(
        {
            "network_id": word,
            "ip_version": number,
            "cidr": word,
            "subnetpool_id": word,
            "gateway_ip": word,
            "enable_dhcp": truth,
            "ipv6_ra_mode": word,
            "ipv6_address_mode": word,
            "router:external": truth,
            "shared": truth,
        }
    ),
    (
        "id",
        "name",
        "description",
        "project_id",
        "tenant_id",
        "network_id",
        "ip_version",
        "cidr",
        "enable_dhcp",
        "created_at",
        "updated_at",
        "revision_number",
    ),
)
