"""Bodies and queries of /routers. Source: Networking API v2.0, "Routers"."""

from typing import Any

import colander

from cyclades.web.network.bodies import (
    OWNER,
    flag,
    name_and_words,
    one,
    one_or_many,
    owner,
    tag_list,
)
from cyclades.web.network.listing import list_query, standard, truth, word
from cyclades.web.schema_types import boolean, mapping, sequence, text

NAMES = OWNER | {"external_gateway_info": "gateway"}
MAX_ROUTES = 100


def short(name: str, missing: Any = colander.drop) -> colander.SchemaNode:
    """The text of an id, an address or a prefix."""
    return text(name, minimum=1, maximum=64, missing=missing)


def routes(missing: Any = colander.drop) -> colander.SchemaNode:
    """Destinations and next hops; null is none."""
    return sequence(
        "routes",
        mapping(
            "route", short("destination", colander.required), short("nexthop", colander.required)
        ),
        maximum=MAX_ROUTES,
        missing=missing,
        nullable=True,
    )


GATEWAY = mapping(
    "external_gateway_info",
    short("network_id", missing=None),
    boolean("enable_snat", missing=None),
    sequence(
        "external_fixed_ips",
        mapping("fixed_ip", short("subnet_id"), short("ip_address")),
        maximum=20,
        missing=None,
    ),
    missing=colander.drop,
    nullable=True,
)
CHANGEABLE = [*name_and_words(), flag("admin_state_up"), GATEWAY]
CREATE = one_or_many("router", "routers", [*CHANGEABLE, *owner(), tag_list()])
UPDATE = one("router", [*CHANGEABLE, routes()])
INTERFACE = mapping("", short("subnet_id", None), short("port_id", None))
ROUTES = mapping("", mapping("router", routes(missing=colander.required)))
LIST = list_query(
    standard({"admin_state_up": truth, "status": word}),
    (
        "id",
        "name",
        "description",
        "project_id",
        "tenant_id",
        "admin_state_up",
        "status",
        "created_at",
        "updated_at",
        "revision_number",
    ),
)
